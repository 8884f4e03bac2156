/**
 * One running program that is asked in lines and answers in lines, one at a time. An answer is never taken for another
 * question's: a program that writes unasked, is late or dies is ended and not asked again.
 */
import { Command } from "@effect/platform"
import { Deferred, Effect, Fiber, Mailbox, Option, Queue, Schema, Stream } from "effect"

/** The program ended, or did not answer in time. Another one may. */
export class ScorerGone extends Schema.TaggedError<ScorerGone>()("ScorerGone", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** It wrote a line that nobody had asked for: from then on its answers can't be told apart. */
export class ScorerOutOfStep extends Schema.TaggedError<ScorerOutOfStep>()("ScorerOutOfStep", {
  line: Schema.String,
}) {}

export interface ScorerProcess {
  /** False after its end, however it came about. */
  readonly alive: Effect.Effect<boolean>
  readonly ask: (line: string) => Effect.Effect<string, ScorerGone | ScorerOutOfStep>
  /** At once, without the usual end of input. */
  readonly kill: Effect.Effect<void>
}

/** Ends with its scope: its input is closed, and what is still running two seconds later is killed. */
export const startScorer = Effect.fn("startScorer")(function* (
  [program, ...args]: readonly [string, ...ReadonlyArray<string>],
  timeoutSeconds: number,
) {
  // Python keeps what is printed into a pipe to itself unless told otherwise.
  const command = Command.make(program, ...args).pipe(Command.env({ PYTHONUNBUFFERED: "1" }))
  const running = yield* Command.start(command)
  const input = yield* Queue.unbounded<string>()
  const output = yield* Mailbox.make<string>()
  const errors = { tail: "" }
  const ended = yield* Deferred.make<string>()

  const writing = yield* Stream.fromQueue(input).pipe(
    Stream.encodeText,
    Stream.run(running.stdin),
    Effect.ignore,
    Effect.forkScoped,
  )
  const complaining = yield* running.stderr.pipe(
    Stream.decodeText(),
    Stream.runForEach((text) => Effect.sync(() => (errors.tail = (errors.tail + text).slice(-2000)))),
    Effect.ignore,
    Effect.forkScoped,
  )
  yield* running.stdout.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.runForEach((line) => output.offer(line)),
    Effect.ignore,
    Effect.zipRight(Effect.match(running.exitCode, { onSuccess: (code) => `exit code ${code}`, onFailure: ofSignal })),
    Effect.tap((how) => Deferred.succeed(ended, how)),
    // What it wrote to the error stream says why; it has all arrived when that stream ends.
    Effect.zipLeft(Fiber.await(complaining)),
    Effect.zipRight(output.end),
    Effect.forkScoped,
  )
  const kill = Effect.ignore(running.kill("SIGKILL"))
  yield* Effect.addFinalizer(() =>
    Queue.shutdown(input).pipe(
      Effect.zipRight(Fiber.await(writing)),
      Effect.zipRight(Effect.exit(running.exitCode)),
      Effect.timeoutOption("2 seconds"),
      Effect.flatMap((done) => (Option.isNone(done) ? kill : Effect.void)),
      // Pipes hang where nobody takes what is said.
      Effect.interruptible,
    ),
  )

  const gone = Effect.flatMap(Deferred.await(ended), (how) => {
    const said = errors.tail.trim()
    return ScorerGone.make({ detail: `it ended (${how})${said === "" ? "" : `; it said: ${said}`}` })
  })
  const scorer: ScorerProcess = {
    alive: Effect.map(output.size, Option.isSome),
    kill,
    ask: (line) =>
      Effect.gen(function* () {
        const waiting = yield* output.size
        if (Option.isSome(waiting) && waiting.value > 0) {
          return yield* Effect.flatMap(output.take, (stray) => ScorerOutOfStep.make({ line: stray }))
        }
        yield* Queue.offer(input, `${line}\n`)
        return yield* output.take
      }).pipe(
        Effect.catchTag("NoSuchElementException", () => gone),
        Effect.timeoutFail({
          duration: timeoutSeconds * 1000,
          onTimeout: () => ScorerGone.make({ detail: `it did not answer within ${timeoutSeconds} seconds` }),
        }),
      ),
  }
  return scorer
})

const ofSignal = ({ message }: { readonly message: string }) => message
