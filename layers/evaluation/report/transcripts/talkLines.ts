/** Lines of a group's artifact as the browser of transcripts reads them. */
import { Option, Schema } from "effect"
import { ProbedTurn } from "../../fidelity/adherence.ts"
import { ReviewedConversation } from "../../fidelity/reviewUser.ts"
import { ReplayRow } from "../../fidelity/rows.ts"
import { probeTalk, replayTalk } from "./fidelityTalks.ts"
import type { ReadTalk } from "./ReadTalk.ts"
import { slimLine } from "./slimLine.ts"
import type { TalkGroup } from "./TalkGroup.ts"

/** What a judge says of conversations, by `reviewKey`. */
export type Reviews = ReadonlyMap<string, Pick<ReviewedConversation, "errors" | "missing">>

/** None where the line is of another group of the artifact; as it is where it can't be read. */
export const talkLines = ({ kind }: Pick<TalkGroup, "kind">, reviews: Reviews) => {
  const read =
    <A>(decode: (text: string) => Option.Option<A>, lines: (row: A) => ReadonlyArray<string>) =>
    (text: string): ReadonlyArray<string> =>
      Option.match(decode(text), { onNone: () => [text], onSome: lines })
  switch (kind) {
    case "replay":
      return read(replayRow, (row) => [slimmed(replayTalk(row))])
    case "role probe":
    case "intent probe":
      return read(probedTurn, (row) => (kind === `${row.probe} probe` ? [slimmed(probeTalk(row))] : []))
    case "review":
      return (text: string): ReadonlyArray<string> =>
        read(named, (one) => {
          const review = reviews.get(reviewKey(one))
          return review === undefined ? [] : [`${slimLine(text).slice(0, -1)},"review":${JSON.stringify(review)}}`]
        })(text)
    default:
      return (text: string): ReadonlyArray<string> => [slimLine(text)]
  }
}

export const reviewKey = ({ prompt, sample }: typeof Named.Type) => JSON.stringify([prompt, sample])

/** None where a line is no review. */
export const reviewOf = (text: string) =>
  Option.map(reviewed(text), ({ errors, missing, ...one }) => [reviewKey(one), { errors, missing }] as const)

const Named = Schema.Struct({ prompt: Schema.String, sample: Schema.Int })
const decoder = <A, I>(record: Schema.Schema<A, I>) => Schema.decodeUnknownOption(Schema.parseJson(record))
const replayRow = decoder(ReplayRow)
const probedTurn = decoder(ProbedTurn)
const reviewed = decoder(ReviewedConversation)
const named = decoder(Named)

const slimmed = (talk: ReadTalk) => slimLine(JSON.stringify(talk))
