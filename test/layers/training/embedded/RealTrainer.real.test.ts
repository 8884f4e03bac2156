/** The real server, real processes. */
import { FetchHttpClient } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schedule } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { make as makeFiles } from "../../../../layers/training/embedded/EmbeddedCheckpointFiles.ts"
import { findInstall } from "../../../../layers/training/embedded/EmbeddedInstall.ts"
import { make } from "../../../../layers/training/embedded/EmbeddedServer.ts"
import type { TrainingRequest } from "../../../../layers/training/Policy.ts"
import { averaged } from "../../../../layers/training/SftDatums.ts"
import { make as makeTrainer } from "../../../../layers/training/tinker/TinkerTrainer.ts"
import type { Datum } from "../../../../src/domain/Datum.ts"

const platform = Layer.merge(NodeContext.layer, FetchHttpClient.layer)
const home = () => mkdtempSync(join(tmpdir(), "understudy-trainer-"))

describe("the embedded trainer", () => {
  it.scopedLive(
    "is restarted when it dies, keeps its port, and ends with its scope",
    () =>
      Effect.gen(function* () {
        const install = yield* findInstall()
        const folder = home()
        const pids = yield* Effect.scoped(
          Effect.gen(function* () {
            const lines: Array<string> = []
            const server = yield* make({
              install,
              folder,
              onProgress: (line) => Effect.sync(() => void lines.push(line)),
            })
            const trainer = yield* makeTrainer({ url: server.url })
            assert.deepEqual(
              (yield* trainer.capabilities).models.map(({ name }) => name),
              [install.model.name],
            )
            assert.strictEqual((yield* Effect.flip(make({ install, folder })))._tag, "FolderInUse")
            const port = Number(new URL(server.url).port)
            assert.strictEqual((yield* Effect.flip(make({ install, folder: home(), port })))._tag, "PortTaken")
            const first = yield* server.pid
            process.kill(first, "SIGKILL")
            yield* Effect.repeat(server.restarts, {
              until: (restarts) => restarts === 1,
              schedule: Schedule.spaced("50 millis"),
            })
            yield* server.ready
            assert.deepEqual((yield* trainer.capabilities).models.length, 1)
            assert.deepEqual(yield* server.lastExit, Option.some("SIGKILL"))
            assert.include(lines, "the trainer died (SIGKILL) and is started again")
            return [first, yield* server.pid]
          }),
        )
        for (const pid of pids) assert.isFalse(groupLives(pid))
      }).pipe(Effect.provide(platform)),
    180_000,
  )

  it.scopedLive(
    "gives the same log-probabilities after its state moved to a server with an empty folder",
    () =>
      Effect.gen(function* () {
        const install = yield* findInstall()
        const datum = {
          modelInput: [1, 4093, 198, 12350, 355],
          targetTokens: [4093, 198, 12350, 355, 2],
          mask: [1, 1, 1, 1, 1],
        }
        const batch = Array.from({ length: 8 }, () => datum)
        const request = { baseModel: install.model.name, rank: 8, seed: 7 }
        const loss = { kind: "cross_entropy" } as const
        const [bytes, before] = yield* Effect.scoped(
          Effect.gen(function* () {
            const { url } = yield* make({ install, folder: home() })
            const trainer = yield* makeTrainer({ url })
            const model = yield* trainer.createModel(request)
            yield* model.forwardBackward(batch, loss)
            yield* model.optimStep({ learningRate: 1e-3 })
            const path = yield* model.saveState("s1")
            const files = yield* makeFiles(url)
            const packed = yield* files.pack(path)
            return [packed, (yield* model.forward(batch, loss)).outputs[0]?.logprobs] as const
          }),
        )
        const { url } = yield* make({ install, folder: home() })
        const files = yield* makeFiles(url)
        const path = yield* files.unpack(bytes)
        assert.strictEqual(yield* files.unpack(bytes), path)
        assert.strictEqual((yield* Effect.flip(files.unpack(bytes.slice(0, 900))))._tag, "TrainerRejected")
        assert.strictEqual((yield* Effect.flip(files.pack("tinker://nobody/weights/s1")))._tag, "TrainerRejected")
        const trainer = yield* makeTrainer({ url })
        const model = yield* trainer.createModel({ ...request, from: { path, optimizer: true } })
        assert.deepEqual((yield* model.forward(batch, loss)).outputs[0]?.logprobs, before)
      }).pipe(Effect.provide(platform)),
    300_000,
  )

  it.scopedLive(
    "takes the same step by the mean over tokens, whichever loss carries it",
    () =>
      Effect.gen(function* () {
        const install = yield* findInstall()
        const { url } = yield* make({ install, folder: home() })
        const trainer = yield* makeTrainer({ url })
        const datum = (first: number, learnt: number): Datum => ({
          modelInput: Array.from({ length: 16 }, (_, i) => first + 37 * i),
          targetTokens: Array.from({ length: 16 }, (_, i) => first + 37 * (i + 1)),
          mask: Array.from({ length: 16 }, (_, i) => (i >= 16 - learnt ? 1 : 0)),
        })
        const [short, long] = [datum(300, 2), datum(411, 6)]
        const after = (request: Pick<TrainingRequest, "datums" | "loss">) =>
          Effect.gen(function* () {
            const model = yield* trainer.createModel({ baseModel: install.model.name, rank: 8, seed: 7 })
            const both = [model.forwardBackward(request.datums, request.loss), model.optimStep({ learningRate: 1e-3 })]
            yield* Effect.all(both, { concurrency: 2 })
            const { outputs } = yield* model.forward([short, long], { kind: "cross_entropy" })
            return outputs.flatMap(({ logprobs }) => logprobs)
          }).pipe(Effect.scoped)
        // A sequence of three times the tokens counts three times as much.
        const wanted = yield* after({ datums: [short, long, long, long], loss: { kind: "cross_entropy" } })
        const byTokens = averaged([short, long], "tokens", trainer.lossScale)
        assert.strictEqual(byTokens.loss.kind, "cispo")
        const found = yield* after(byTokens)
        const otherwise = yield* after(averaged([short, long], "sequences", trainer.lossScale))
        const distance = (a: ReadonlyArray<number>) =>
          a.reduce((sum, value, i) => sum + Math.abs(value - (wanted[i] ?? Number.NaN)), 0) / a.length
        assert.isBelow(distance(found), distance(otherwise) / 3)
      }).pipe(Effect.provide(platform)),
    300_000,
  )

  it("ends when the process that started it is killed", { timeout: 180_000 }, async () => {
    const child = spawn(
      process.execPath,
      ["--conditions=understudy-source", "--import", "tsx", join(import.meta.dirname, "serverHolder.ts"), home()],
      { stdio: ["ignore", "pipe", "inherit"] },
    )
    const pid = await new Promise<number>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => resolve(Number(chunk.toString())))
    })
    assert.isTrue(groupLives(pid))
    child.kill("SIGKILL")
    await Effect.runPromise(
      Effect.repeat(
        Effect.sync(() => groupLives(pid)),
        { until: (lives) => !lives, schedule: Schedule.spaced("50 millis") },
      ).pipe(Effect.timeout("5 seconds")),
    )
  })
})

const groupLives = (pid: number): boolean => {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}
