/**
 * Rewards by programs: JSON lines out, JSON lines back (docs/rewards.md). Scores are journaled under the content of the
 * program's files, so that nothing is scored twice. Programs are started when first asked, kept while the layer is there,
 * and started anew when they die.
 */
import { NodeCommandExecutor, NodeFileSystem } from "@effect/platform-node"
import type { CommandExecutor } from "@effect/platform"
import { Cache, Context, Duration, Effect, Exit, Layer, Option, Pool, Schema } from "effect"
import type { Scope } from "effect"
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import { contentHash, sha256Hex } from "../../src/domain/CanonicalJson.ts"
import { InvalidOutput, Misconfigured, Unavailable } from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import type { Sending } from "../../src/journal/CallJournal.ts"
import { callKey } from "../../src/journal/CallKey.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { CommandReward } from "./Reward.ts"
import { decodeAnswer, Score, scoreOf } from "./scoreLines.ts"
import type { Answer } from "./scoreLines.ts"
import { startScorer } from "./ScorerProcess.ts"
import type { ScorerGone, ScorerOutOfStep, ScorerProcess } from "./ScorerProcess.ts"

export interface CommandScorerOptions {
  /** Processes of one program at once, at most. */
  readonly processes?: number
}

export class CommandScorer extends Context.Tag("understudy/layers/evaluation/CommandScorer")<
  CommandScorer,
  {
    /** `body` is what the program reads, without the `id` that is added. */
    readonly score: (
      reward: CommandReward,
      body: Readonly<Record<string, unknown>>,
      caller: Caller,
    ) => Effect.Effect<Score, LlmError>
  }
>() {
  static readonly layer = (options: CommandScorerOptions = {}): Layer.Layer<CommandScorer, never, CallJournal> =>
    Layer.scoped(CommandScorer, make(options)).pipe(
      Layer.provide(NodeCommandExecutor.layer),
      Layer.provide(NodeFileSystem.layer),
    )
}

/** Programs that a line is put to before giving up. */
const tries = 3

const make = Effect.fnUntraced(function* ({ processes = 4 }: CommandScorerOptions) {
  const journal = yield* CallJournal
  const services = yield* Effect.context<CommandExecutor.CommandExecutor | Scope.Scope>()
  const hashes = yield* Cache.makeWith({
    capacity: 1000,
    lookup: hashOf,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero),
  })
  const pools = yield* Cache.make({
    capacity: 1000,
    timeToLive: Duration.infinity,
    lookup: (key: string) => {
      const { line, timeout } = Schema.decodeUnknownSync(PoolKey)(key)
      const acquire = Effect.mapError(startScorer(line, timeout), ({ message }) => notStarted(line, message))
      return Effect.provide(Pool.makeWithTTL({ acquire, min: 0, max: processes, timeToLive: "1 minute" }), services)
    },
  })

  const score = Effect.fn("CommandScorer.score")(function* (
    reward: CommandReward,
    body: Readonly<Record<string, unknown>>,
    caller: Caller,
  ) {
    const arguments_ = yield* Effect.forEach(reward.command, (one) =>
      typeof one === "string" ? Effect.succeed(one) : hashes.get(one.path),
    )
    const files = yield* Effect.forEach(reward.files, ({ path }) => hashes.get(path))
    const [program, ...rest] = reward.command
    const line = [program, ...rest.map((one) => (typeof one === "string" ? one : one.path))] as const
    const model = nameOf(reward)
    const key = callKey({
      kind: "score",
      model: contentHash({ command: arguments_, files }),
      body: { ...body, range: reward.range },
      sampleIndex: 0,
      scope: "",
    })
    const where = { endpoint: line.join(" "), model, key }
    const pool = yield* pools.get(Schema.encodeSync(PoolKey)({ line, timeout: reward.timeout }))
    const text = JSON.stringify({ id: key, ...body })
    const ask = askOne(pool, text, decodeAnswer(where))
    const attempt = (sending: Sending, left: number): Effect.Effect<Answer, LlmError> =>
      Effect.zipRight(sending.begin, ask).pipe(
        Effect.catchTags({
          ScorerOutOfStep: ({ line: stray }) =>
            InvalidOutput.make({ ...where, text: stray, detail: `it wrote a line before it was asked: ${stray}` }),
          ScorerGone: ({ detail }) => {
            const error = Unavailable.make({ ...where, detail })
            return left > 1 ? Effect.zipRight(sending.failed(error), attempt(sending, left - 1)) : Effect.fail(error)
          },
        }),
      )
    const answer = yield* journal.call({
      key,
      kind: "score",
      step: caller.step,
      role: "judge",
      model,
      request: body,
      answer: Score,
      send: (sending) =>
        Effect.map(
          Effect.flatMap(attempt(sending, tries), (said) => scoreOf(said, reward, where)),
          (said) => ({ answer: said, usage: { promptTokens: 0, completionTokens: 0 }, micros: 0 }),
        ),
    })
    return answer.answer
  })
  return CommandScorer.of({ score })
})

/**
 * By a process that is alive; those that died while idle are put away. One that failed, wrote what is no score or was
 * interrupted in the middle is not asked again.
 */
const askOne = <A, E>(
  pool: Pool.Pool<ScorerProcess, Misconfigured>,
  line: string,
  decode: (said: string) => Effect.Effect<A, E>,
): Effect.Effect<A, E | Misconfigured | ScorerGone | ScorerOutOfStep> =>
  Effect.gen(function* () {
    const scorer = yield* Pool.get(pool)
    if (!(yield* scorer.alive)) return yield* Effect.as(Pool.invalidate(pool, scorer), Option.none())
    const end = Effect.zipRight(scorer.kill, Pool.invalidate(pool, scorer))
    const answer = yield* Effect.onExit(Effect.flatMap(scorer.ask(line), decode), (exit) =>
      Exit.isSuccess(exit) ? Effect.void : end,
    )
    return Option.some(answer)
  }).pipe(
    Effect.scoped,
    Effect.flatMap(Option.match({ onSome: Effect.succeed, onNone: () => askOne(pool, line, decode) })),
  )

const PoolKey = Schema.parseJson(
  Schema.Struct({ line: Schema.Tuple([Schema.String], Schema.String), timeout: Schema.Number }),
)

const hashOf = (path: string) =>
  Effect.mapBoth(
    Effect.tryPromise(() => readFile(path)),
    {
      onSuccess: sha256Hex,
      onFailure: ({ cause }) =>
        Misconfigured.make({
          endpoint: "the reward",
          model: path,
          detail: `the file can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
          advice: "Put it there, or name another in the experiment.",
        }),
    },
  )

const notStarted = (line: ReadonlyArray<string>, detail: string) =>
  Misconfigured.make({
    endpoint: "the reward",
    model: line.join(" "),
    detail: `the program can't be started: ${detail}`,
    advice: "Install it, or give the path of one that is there.",
  })

/** As accounts show it: the script, or the program where it is its own. */
const nameOf = ({ command }: CommandReward) => {
  const script = command.find((one) => typeof one !== "string")
  return `command ${basename(script === undefined ? command[0] : script.path)}`
}
