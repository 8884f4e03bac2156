/** `--on-suspend CMD`: tells a person, or a program, why a run ended suspended. */
import { Command } from "@effect/platform"
import { Effect, Stream } from "effect"
import { resolve } from "node:path"
import type { RunDocument } from "./running.ts"

/** Runs the command in a shell and waits for it. A command that fails is told of; it changes nothing else. */
export const notifySuspended = Effect.fn("notifySuspended")(function* (
  command: string,
  {
    home,
    document,
    say,
  }: {
    readonly home: string
    readonly document: RunDocument
    readonly say: (line: string) => Effect.Effect<void>
  },
) {
  const reasons = document.steps.flatMap(({ id, failures = [] }) =>
    failures.map(({ reason, advice }) => `${id}: ${reason} ${advice}`.trim()),
  )
  // What it prints is for people: stdout is for the run's result.
  const code = yield* Command.make("sh", "-c", `{ ${command}\n} 1>&2`).pipe(
    Command.env({
      UNDERSTUDY_EXPERIMENT: document.experiment,
      UNDERSTUDY_HOME: resolve(home),
      UNDERSTUDY_REASONS: reasons.join("\n"),
    }),
    Command.stdin(Stream.make(new TextEncoder().encode(JSON.stringify(document)))),
    Command.stdout("inherit"),
    Command.stderr("inherit"),
    Command.exitCode,
    Effect.either,
  )
  if (code._tag === "Left") yield* say(`--on-suspend could not be run: ${code.left.message}`)
  else if (code.right !== 0) yield* say(`--on-suspend ended with code ${code.right}.`)
})
