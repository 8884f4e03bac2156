/** Parts of a split as training sequences. Conversations are read as they stream by: a part may be larger than memory. */
import { Chunk, Effect, Either, Schema, Stream } from "effect"
import { addMeasures, measure, SftMeasures } from "../../layers/training/SftMeasures.ts"
import { crossEntropyDatum, sftDatum } from "../../layers/training/SftDatums.ts"
import type { SftDatum } from "../../layers/training/SftDatums.ts"
import { draw, pack } from "../../layers/training/SftSequences.ts"
import { sampleOf } from "../../layers/training/SftSource.ts"
import type { Fitted, LeftOut, SftSource } from "../../layers/training/SftSource.ts"
import { Policies } from "../../layers/training/Policies.ts"
import type { Policy } from "../../layers/training/Policy.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { Conversation } from "../../src/domain/Conversation.ts"
import { Dropped } from "../../src/domain/Results.ts"
import { ArtifactStore, StageFailure } from "../../src/index.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import { asStageFailure } from "./failures.ts"

/** Line numbers of a part, from 0, grouped as they make up sequences. */
const Sequences = Schema.parseJson(Schema.Array(Schema.Array(Schema.Int)))

/** Which conversations of a part are used, and what was left out. `sequences` counts what the artifact lists. */
export const Prepared = Schema.Struct({
  lines: ArtifactRef,
  sequences: Schema.Int,
  conversations: Schema.Int,
  truncated: Schema.Int,
  leftOut: Dropped,
})
export type Prepared = typeof Prepared.Type

/** Draws at most `limit` of the conversations that fit, and packs them where the recipe does. */
export const prepare = Effect.fnUntraced(function* (
  source: SftSource,
  part: ArtifactRef,
  { limit, packed }: { readonly limit: number | undefined; readonly packed: boolean },
) {
  const fitting: Array<{ readonly line: number; readonly length: number; readonly whole: boolean }> = []
  const reasons = new Map<LeftOut, number>()
  yield* Stream.runForEach(samples(source, part), ({ line, sample }) =>
    Effect.sync(() => {
      if (Either.isLeft(sample)) reasons.set(sample.left, (reasons.get(sample.left) ?? 0) + 1)
      else fitting.push({ line, length: sample.right.sample.ids.length, whole: sample.right.whole })
    }),
  )
  const leftOut = [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
  const drawn = draw(fitting, limit, source.seed)
  const sequences = packed ? pack(drawn, source.recipe) : drawn.map((one) => [one])
  if (sequences.length === 0) return yield* nothingLeft(leftOut, fitting.length, source.recipe.maxTokens)
  const used = sequences.flat()
  const store = yield* ArtifactStore
  const text = yield* asStageFailure(Schema.encode(Sequences)(sequences.map((one) => one.map(({ line }) => line))))
  return Prepared.make({
    lines: yield* asStageFailure(store.put(Buffer.from(text))),
    sequences: sequences.length,
    conversations: used.length,
    truncated: used.filter(({ whole }) => !whole).length,
    leftOut,
  })
})

/** Sequences by their numbers. */
export const datumsOf = Effect.fnUntraced(function* (
  source: SftSource,
  part: ArtifactRef,
  { lines }: Prepared,
  wanted: ReadonlyArray<number>,
) {
  const all = yield* sequencesIn(lines)
  const rows = new Set(wanted.flatMap((number) => all[number] ?? []))
  const found = new Map<number, Fitted>()
  yield* Stream.runForEach(samples(source, part, rows), ({ line, sample }) =>
    Effect.sync(() => Either.isRight(sample) && found.set(line, sample.right)),
  )
  return new Map(
    wanted.map((number): [number, SftDatum] => [
      number,
      sftDatum((all[number] ?? []).flatMap((line) => found.get(line)?.sample ?? [])),
    ]),
  )
})

/** What the policy makes of the conversations, in passes of a bounded size. */
export const measurePart = Effect.fnUntraced(function* (
  source: SftSource,
  part: ArtifactRef,
  { lines }: Prepared,
  policy: Policy,
  caller: Caller,
) {
  const policies = yield* Policies
  const rows = new Set((yield* sequencesIn(lines)).flat())
  const passes = samples(source, part, rows).pipe(
    Stream.filterMap(({ sample }) => Either.getRight(Either.map(sample, (fitted) => sftDatum([fitted.sample])))),
    Stream.grouped(passSize(source.recipe.maxTokens)),
  )
  return yield* Stream.runFoldEffect(passes, nothing, (sum: SftMeasures, pass) => {
    const datums = Chunk.toReadonlyArray(pass)
    return asStageFailure(policies.forward(policy, datums.map(crossEntropyDatum), caller)).pipe(
      Effect.map((logprobs) => addMeasures(sum, measure(datums, logprobs))),
    )
  })
})

/** A pass of a few megabytes at most, as servers take them. */
const passSize = (maxTokens: number) => Math.max(1, Math.floor(262_144 / maxTokens))

const nothing: SftMeasures = { nats: 0, tokens: 0, learntNats: 0, learntTokens: 0, leaving: 0, closings: 0 }

const decodeLine = Schema.decodeUnknown(Schema.parseJson(Conversation))

/** Samples by line, in the order of the file; only those of the `rows` where they are given. */
const samples = (source: SftSource, part: ArtifactRef, rows?: ReadonlySet<number>) =>
  Stream.unwrap(
    Effect.map(ArtifactStore, (store) =>
      store.stream(part).pipe(
        Stream.decodeText(),
        Stream.splitLines,
        Stream.filter((line) => line !== ""),
        Stream.zipWithIndex,
        Stream.filter(([, line]) => rows === undefined || rows.has(line)),
        Stream.mapEffect(([text, line]) =>
          Effect.flatMap(decodeLine(text), (conversation) =>
            Effect.try({
              try: () => ({ line, sample: sampleOf(source, conversation) }),
              catch: (cause) => (cause instanceof Error ? cause : new Error(String(cause))),
            }),
          ),
        ),
        Stream.mapError((error) =>
          StageFailure.make({ kind: "operator", reason: error.message, advice: "Mend it, then retry." }),
        ),
      ),
    ),
  )

const sequencesIn = (lines: ArtifactRef) =>
  asStageFailure(
    Effect.flatMap(ArtifactStore, (store) => store.get(lines)).pipe(
      Effect.flatMap((bytes) => Schema.decodeUnknown(Sequences)(Buffer.from(bytes).toString("utf8"))),
    ),
  )

const nothingLeft = (leftOut: Dropped, fitting: number, maxTokens: number) =>
  StageFailure.make({
    kind: "operator",
    reason:
      fitting > 0
        ? `${fitting} conversation(s) don't fill one sequence of ${maxTokens} tokens, and these rules drop packs that aren't full.`
        : `No conversation is fit to be learnt from: ${leftOut.map(({ reason, count }) => `${count} ${reason}`).join(", ") || "there is none"}.`,
    advice:
      fitting > 0
        ? 'Say packing: "none", or take a larger corpus.'
        : 'Raise the recipe\'s maxTokens, say overflow: "truncate", give conversations intents, or take another corpus.',
  })
