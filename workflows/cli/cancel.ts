/** `understudy cancel`: lets the run of a home stop in order, from another terminal. */
import { Command } from "@effect/cli"
import { Console, Effect, Option, Schema } from "effect"
import { Home } from "../../src/index.ts"
import { awaitEnd, requestCancel } from "../cancelRequest.ts"
import * as options from "./options.ts"

/** The run was asked to stop and has not. */
export class StillRunning extends Schema.TaggedError<StillRunning>()("StillRunning", {
  home: Schema.String,
  holder: Schema.String,
}) {
  override get message() {
    return `${this.home}: ${this.holder} was asked to stop and has not within ${patience}. Wait, or end that process; nothing that was kept is lost.`
  }
}

export const cancel = Command.make("cancel", { home: options.home, json: options.json }, (given) =>
  Effect.gen(function* () {
    const home = Home.paths(yield* Home.folder(Option.getOrUndefined(given.home))).folder
    const holder = yield* requestCancel(home)
    const say = (text: string) =>
      Console.log(
        given.json ? JSON.stringify({ home, cancelled: Option.isSome(holder), run: Option.getOrNull(holder) }) : text,
      )
    if (Option.isNone(holder)) return yield* say(`Nothing runs in ${home}.`)
    yield* Effect.timeoutFail(awaitEnd(home), {
      duration: patience,
      onTimeout: () => StillRunning.make({ home, holder: holder.value }),
    })
    yield* say(`Stopped ${holder.value}. The command that started it goes on from here.`)
  }),
).pipe(options.described("Stop the run of a home in order; it ends with exit code 130.", "cancel --home .understudy"))

/** From the request to the end: the run looks every second, and lets what is under way end for some seconds. */
const patience = "1 minute"
