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
import { reduced } from "../../../../layers/training/lossReduction.ts"
import type { Reduction } from "../../../../layers/training/lossReduction.ts"
import { skyrl, skyrlJax } from "../../../../layers/training/tinker/TinkerDialect.ts"
import { make as makeTrainer } from "../../../../layers/training/tinker/TinkerTrainer.ts"
import type { Datum } from "../../../../src/domain/Datum.ts"
import type { Loss, Trainer, TrainingModel } from "../../../../src/ports/Trainer.ts"

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
            const trainer = yield* makeTrainer({ url: server.url, dialect: skyrlJax })
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
            const trainer = yield* makeTrainer({ url, dialect: skyrlJax })
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
        const trainer = yield* makeTrainer({ url, dialect: skyrlJax })
        const model = yield* trainer.createModel({ ...request, from: { path, optimizer: true } })
        assert.deepEqual((yield* model.forward(batch, loss)).outputs[0]?.logprobs, before)
      }).pipe(Effect.provide(platform)),
    300_000,
  )

  it.scopedLive(
    "weighs tokens as the losses of the protocol say, and shows by a pass which backend it is",
    () =>
      Effect.gen(function* () {
        const { model } = yield* findInstall()
        const { url } = yield* make({ install: yield* findInstall(), folder: home() })
        const trainer = yield* makeTrainer({ url, dialect: skyrlJax })
        yield* cispoIsWeightedCrossEntropy(trainer, model.name)
        yield* tokensWeighTheSame(trainer, model.name)
        yield* backendShows(url, model.name)
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

/** With the ratio held at 1 `cispo` is the cross-entropy times the advantages. */
const cispoIsWeightedCrossEntropy = (trainer: Trainer["Type"], baseModel: string) =>
  Effect.gen(function* () {
    const datums = [300, 411, 522, 633].map((first): Datum => ({
      modelInput: Array.from({ length: 32 }, (_, i) => first + 37 * i),
      targetTokens: Array.from({ length: 32 }, (_, i) => first + 37 * (i + 1)),
      mask: Array.from({ length: 32 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
    }))
    const logprobs = (model: TrainingModel) =>
      Effect.map(model.forward(datums, { kind: "cross_entropy" }), ({ outputs }) =>
        outputs.flatMap((output) => output.logprobs),
      )
    const after = (batch: ReadonlyArray<Datum>, loss: Loss) =>
      Effect.gen(function* () {
        const model = yield* trainer.createModel({ baseModel: baseModel, rank: 8, seed: 7 })
        const before = yield* logprobs(model)
        const both = [model.forwardBackward(batch, loss), model.optimStep({ learningRate: 1e-3 })] as const
        yield* Effect.all(both, { concurrency: 2 })
        const now = yield* logprobs(model)
        assert.notDeepEqual(now, before)
        return now
      }).pipe(Effect.scoped)
    const wanted = yield* after(datums, { kind: "cross_entropy" })
    const weighted = datums.map((datum) => ({
      ...datum,
      logprobs: datum.mask.map(() => 0),
      advantages: datum.mask,
    }))
    assert.deepEqual(yield* after(weighted, { kind: "cispo", low: 1, high: 1 }), wanted)
  })

/** In a token mean, however unequal the sequences; a large eps lets the scale of the gradient show. */
const tokensWeighTheSame = (trainer: Trainer["Type"], baseModel: string) =>
  Effect.gen(function* () {
    const first = { short: 300, long: 411 } as const
    type Sequence = keyof typeof first
    const token = (sequence: Sequence, at: number) => first[sequence] + 37 * at
    const places = Array.from({ length: 32 }, (_, at) => at)
    const row = (
      sequence: Sequence,
      from: number,
      to: number,
      logprobs: ReadonlyArray<number> = places.map(() => 0),
    ) => {
      const mask = places.map((at) => (at >= from && at < to ? 1 : 0))
      const modelInput = places.map((at) => token(sequence, at))
      const targetTokens = places.map((at) => token(sequence, at + 1))
      return { sequence, datum: { modelInput, targetTokens, mask, logprobs, advantages: mask } }
    }
    const whole = [row("short", 30, 32), row("long", 8, 26)]
    /** By how many nats a step moves the trained tokens of each sequence; `cuts` are the datums of the long one. */
    const moved = (cuts: ReadonlyArray<readonly [from: number, to: number]>, reduction: Reduction) =>
      Effect.gen(function* () {
        const model = yield* trainer.createModel({ baseModel: baseModel, rank: 8, seed: 7 })
        const datums = whole.map(({ datum }) => datum)
        const now = Effect.map(model.forward(datums, { kind: "cross_entropy" }), ({ outputs }) =>
          outputs.map(({ logprobs }) => logprobs),
        )
        const before = yield* now
        const [short, long] = before
        const rows = [row("short", 30, 32, short), ...cuts.map(([from, to]) => row("long", from, to, long))]
        yield* model.forwardBackward(reduced(rows, reduction, trainer.lossScale), { kind: "importance_sampling" })
        yield* model.optimStep({ learningRate: 0.1, eps: 1 })
        const after = yield* now
        return after.map((values, i) =>
          values.reduce((sum, value, at) => sum + (datums[i]?.mask[at] ?? 0) * (value - (before[i]?.[at] ?? NaN)), 0),
        )
      }).pipe(Effect.scoped)
    const wanted = yield* moved([[8, 26]], "token-mean")
    const cut = yield* moved(
      [
        [8, 9],
        [9, 14],
        [14, 26],
      ],
      "token-mean",
    )
    const other = yield* moved([[8, 26]], "sequence-mean")
    for (const [i, nats] of wanted.entries()) {
      // Activations are bfloat16: a log-probability is told to a few hundredths.
      assert.closeTo(cut[i] ?? NaN, nats, 0.75)
      assert.isAbove(Math.abs((other[i] ?? NaN) - nats), 1)
    }
    // By sequences the short one gains as if it were as long.
    assert.isAbove((other[0] ?? NaN) / (other[1] ?? NaN), 4 * ((wanted[0] ?? NaN) / (wanted[1] ?? NaN)))
  })

const backendShows = (url: string, baseModel: string) =>
  Effect.gen(function* () {
    const model = yield* (yield* makeTrainer({ url, dialect: skyrl })).createModel({
      baseModel: baseModel,
      rank: 8,
      seed: 7,
    })
    const datum: Datum = { modelInput: [1, 4093], targetTokens: [4093, 198], mask: [1, 1] }
    const error = yield* Effect.flip(model.forwardBackward([datum], { kind: "cross_entropy" }))
    assert.strictEqual(error._tag, "TrainerRejected")
    assert.include(error.message, 'set trainer.dialect to "skyrl-jax"')
  })

const groupLives = (pid: number): boolean => {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}
