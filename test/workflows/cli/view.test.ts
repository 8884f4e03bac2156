/** `understudy view`: what it serves, to whom, and how that follows the run. */
import { NodeContext, NodeHttpServer } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { spawn } from "node:child_process"
import { cpSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { Home, StepLedger } from "../../../src/index.ts"
import { loadStudy } from "../../../workflows/cli/loadStudy.ts"
import { loadConfig } from "../../../workflows/config/loadConfig.ts"
import { viewServer } from "../../../workflows/view/viewServer.ts"
import { experiments, SmallHome } from "./smallHome.ts"

const small = join(experiments, "small.ts")
const bin = join(import.meta.dirname, "../../../bin/understudy.js")
const slow = { timeout: 240_000 }

interface Answer {
  readonly status: number | undefined
  readonly body: string
}

const get = (url: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
  Effect.async<Answer>((resume) => {
    const sent = request(url, { headers, method }, (response) => {
      let body = ""
      response.on("data", (data) => (body += String(data)))
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode, body })))
    })
    sent.end()
  })

layer(SmallHome.layer, { timeout: "4 minutes", excludeTestServices: true })("view", (it) => {
  it.scoped(
    "shows a run as far as it is, and another version when there is more",
    () =>
      Effect.gen(function* () {
        const { folder, home: ran, configFile } = yield* SmallHome
        const home = join(folder, "viewed")
        cpSync(ran, home, { recursive: true })
        process.env["SMALL_CORPUS"] = join(folder, "corpus.jsonl")
        const study = yield* loadStudy(small)
        const config = yield* loadConfig(configFile)
        const report = study.graph.nodes.find(({ step }) => step.stage.name === "Report")?.id ?? ""
        const inLedger = <A>(use: (ledger: typeof StepLedger.Service) => Effect.Effect<A>) =>
          Effect.flatMap(StepLedger, use).pipe(Effect.provide(Home.Home.layer(home)))
        const done = Option.getOrThrow(yield* inLedger((ledger) => ledger.find(report)))
        yield* inLedger((ledger) =>
          Effect.orDie(ledger.record({ ...done, state: "suspended", output: null, reason: "tired", advice: "rest" })),
        )

        const url = yield* viewServer({ study, config, home, port: 0 })
        assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/)
        const first = JSON.parse((yield* get(`${url}version`)).body)
        assert.match(first.words, /^No run is under way: \d+ of \d+ steps are done, 1 suspended/)
        const part = yield* get(url)
        assert.strictEqual(part.status, 200, part.body)
        assert.include(part.body, 'id="progress"')
        assert.include(part.body, "trained with role-play")
        assert.include(part.body, "connect-src &#39;self&#39;")
        assert.match((yield* get(`${url}transcripts/index.js`)).body, /^understudyTranscripts\.index\(/)
        assert.match((yield* get(`${url}transcripts/talks-0000.js`)).body, /^understudyTranscripts\.talks\(0, \[/)

        yield* inLedger((ledger) => Effect.orDie(ledger.record(done)))
        const look = Effect.map(
          get(`${url}version`),
          ({ body }): { readonly version: string; readonly words: string } => JSON.parse(body),
        )
        const later = yield* Effect.repeat(look, { until: (now) => now.version !== first.version })
        assert.match(later.words, /^All \d+ steps are done\.$/)
        assert.notInclude((yield* get(url)).body, 'id="progress"')

        assert.strictEqual((yield* get(url, { host: "evil.example" })).status, 403)
        assert.strictEqual((yield* get(url, {}, "POST")).status, 405)
        for (const path of [
          "ledger.db",
          "transcripts/../../ledger.db",
          "transcripts/%2e%2e/ledger.db",
          "transcripts/x.js",
        ])
          assert.strictEqual((yield* get(`${url}${path}`)).status, 404, path)
        const taken = yield* Effect.flip(viewServer({ study, config, home, port: Number(new URL(url).port) }))
        assert.match(taken.message, /^Port \d+ of 127\.0\.0\.1 can't be used/)
      }).pipe(Effect.provide(NodeHttpServer.layerContext), Effect.provide(NodeContext.layer)),
    slow,
  )

  it.effect(
    "prints where it is, and ends at Ctrl-C",
    () =>
      Effect.gen(function* () {
        const { folder, home } = yield* SmallHome
        const env = { ...process.env, SMALL_CORPUS: join(folder, "corpus.jsonl") }
        const child = spawn(process.execPath, [bin, "view", "--home", home, "--json"], { env })
        const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
        const line = yield* Effect.promise(
          () => new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data)))),
        )
        const { url } = JSON.parse(line)
        assert.include((yield* get(url)).body, "<h1>small</h1>")
        child.kill("SIGINT")
        assert.strictEqual(yield* Effect.promise(() => ended), 130)
      }),
    slow,
  )
})
