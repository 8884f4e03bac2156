/** The command line. Exit codes: 0 done, 1 failed, 2 suspended, 64 bad usage, 130 interrupted. */
import { Command, ValidationError } from "@effect/cli"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Cause, Effect, Exit, Layer } from "effect"
import { createRequire } from "node:module"
import { cancel } from "./cancel.ts"
import { diff } from "./diff.ts"
import { doctor } from "./doctor.ts"
import { plan } from "./plan.ts"
import { logsOnStderr, stopInOrder } from "./process.ts"
import { replay } from "./replay.ts"
import { report } from "./report.ts"
import { retry } from "./retry.ts"
import { run } from "./run.ts"
import { show } from "./show.ts"
import { status } from "./status.ts"
import { steps } from "./steps.ts"
import { telemetry } from "./telemetry.ts"
import { trainer } from "./trainer.ts"
import { view } from "./view.ts"
import { wildbench } from "./wildbench.ts"

const require = createRequire(import.meta.url)
// The package refers to itself by name, from the sources and from dist alike.
const { version } = require("understudy/package.json") as { readonly version: string }

const understudy = Command.make("understudy").pipe(
  Command.withDescription("A typed, durable workflow engine for user-simulator experiments"),
  Command.withSubcommands([
    plan,
    diff,
    run,
    retry,
    cancel,
    status,
    steps,
    show,
    report,
    view,
    replay,
    trainer,
    doctor,
    wildbench,
  ]),
)

stopInOrder()

const exit = (code: number) => Effect.sync(() => process.exit(code))

Command.run(understudy, { name: "understudy", version })(process.argv).pipe(
  Effect.catchIf(ValidationError.isValidationError, () => exit(64)),
  Effect.catchAll((error) =>
    Effect.zipRight(
      Effect.sync(() => console.error(error.message)),
      exit("exitCode" in error ? error.exitCode : 1),
    ),
  ),
  Effect.provide(NodeContext.layer),
  Effect.provide(Layer.provideMerge(telemetry(), logsOnStderr)),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      if (Exit.isSuccess(exit)) return onExit(Number(process.exitCode ?? 0))
      if (Cause.isInterruptedOnly(exit.cause)) return onExit(130)
      console.error(Cause.pretty(exit.cause))
      onExit(1)
    },
  }),
)
