/** A tokenizer with one special token more, as if it had been trained with it. */
import { Schema } from "effect"
import type { Tokenizer } from "./Tokenizer.ts"

/** The model's embedding has no row for another token: training it would train the weights of some other one. */
export class NoRoomForToken extends Schema.TaggedError<NoRoomForToken>()("NoRoomForToken", {
  token: Schema.String,
  id: Schema.Int,
  rows: Schema.Int,
}) {
  override get message() {
    return `There is no room for the special token ${this.token}: its id would be ${this.id}, and the model's embedding has ${this.rows} rows. Take a model with spare rows (Qwen2.5 has them), one that has the token, or the marker "empty-turn".`
  }
}

/**
 * The token is known wherever it is written in a text. A tokenizer that has it stays as it is; else its id is the next
 * free one. Throws `NoRoomForToken` where the model is known to have no embedding for that id.
 */
export const withSpecialToken = (tokenizer: Tokenizer, token: string): Tokenizer => {
  if (tokenizer.specialTokens.has(token)) return tokenizer
  const id = tokenizer.nextId
  const { rows } = tokenizer
  if (rows !== undefined && id >= rows) throw new NoRoomForToken({ token, id, rows })
  return {
    ...tokenizer,
    encode: (text) =>
      text
        .split(token)
        .flatMap((part, i) => [...(i === 0 ? [] : [id]), ...(part === "" ? [] : tokenizer.encode(part))]),
    decode: (ids) => decodeAround(tokenizer, ids, id, token),
    specialTokens: new Map([...tokenizer.specialTokens, [token, id]]),
    nextId: id + 1,
  }
}

const decodeAround = (tokenizer: Tokenizer, ids: ReadonlyArray<number>, id: number, token: string): string => {
  const at = ids.indexOf(id)
  if (at < 0) return tokenizer.decode(ids)
  return `${tokenizer.decode(ids.slice(0, at))}${token}${decodeAround(tokenizer, ids.slice(at + 1), id, token)}`
}
