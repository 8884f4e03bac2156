/** `understudy show ID`: one step, one model call or one artifact of the home. */
import { Args, Command, Options } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { Home } from "../../src/index.ts"
import { findThing } from "../findThing.ts"
import { showArtifact, showCall, showStep } from "../showThing.ts"
import type { Shown } from "../showThing.ts"
import { isOfTranscripts, NoTranscripts, readTranscripts } from "../transcripts.ts"
import * as options from "./options.ts"
import { renderShown } from "./renderShown.ts"

const flags = {
  id: Args.text({ name: "id" }).pipe(
    Args.withDescription("A step's id, a call's key or an artifact's SHA-256, or the beginning of one"),
  ),
  home: options.home,
  json: options.json,
  transcript: Options.boolean("transcript").pipe(
    Options.withDescription("Print the conversations or records of the artifact, or of those of the step"),
  ),
}

export const show = Command.make("show", flags, ({ id, home: given, json, transcript }) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given))
    const text = yield* Effect.gen(function* () {
      const shown = yield* shownOf(id)
      if (!transcript) return json ? JSON.stringify(shown) : renderShown(shown)
      const found = yield* transcriptsOf(shown)
      return json
        ? JSON.stringify(found.map(({ path, sha256, kind, records }) => ({ path, sha256, kind, records })))
        : found.map(({ path, text }) => (path === "" ? text : `# ${path}\n\n${text}`)).join("\n\n")
    }).pipe(Effect.provide(Home.Home.layerReader(home)))
    yield* Console.log(text)
  }),
).pipe(
  options.described(
    "Show one step (state, inputs, output, cost, failures), one model call (request and answer) or one artifact.",
    "show TrainAssistant/v1-00fe",
    "show Evaluate/v1-02df --transcript",
  ),
)

const shownOf = Effect.fnUntraced(function* (id: string) {
  const thing = yield* findThing(id)
  const shown: Shown =
    thing.type === "step"
      ? yield* showStep(thing)
      : thing.type === "call"
        ? yield* showCall(thing.id)
        : yield* showArtifact(thing.ref)
  return shown
})

/** Of a step: every artifact of its output that is named as one of transcripts. */
const transcriptsOf = Effect.fnUntraced(function* (shown: Shown) {
  const refs =
    shown.type === "artifact"
      ? [{ path: "", sha256: shown.sha256, bytes: shown.bytes }]
      : shown.type === "step"
        ? shown.artifacts.filter(({ path }) => isOfTranscripts(path))
        : []
  if (refs.length === 0)
    return yield* NoTranscripts.make({
      id: shown.type === "call" ? shown.key : shown.type === "step" ? shown.id : shown.sha256,
    })
  return yield* Effect.forEach(refs, ({ path, sha256, bytes }) =>
    Effect.map(readTranscripts({ sha256, bytes }), (read) => ({ path, sha256, ...read })),
  )
})
