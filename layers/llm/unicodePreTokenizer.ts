/**
 * Mends two steps of `@huggingface/tokenizers` 0.2.0 whose character classes are narrower than those of the reference
 * library (Rust `tokenizers`): `Digits` there takes every Nd, Nl and No character, here only 0-9; `\s` of `ByteLevel`
 * there is Unicode White_Space, here it has U+FEFF and lacks U+0085. Both are replaced by `Split` steps that say so.
 */

/** A `pre_tokenizer` of tokenizer.json with equivalent steps in place of the narrow ones; anything else is kept. */
export const unicodePreTokenizer = (step: unknown): unknown => {
  if (!isStep(step)) return step
  if (step.type === "Sequence" && Array.isArray(step["pretokenizers"]))
    return { ...step, pretokenizers: step["pretokenizers"].map(unicodePreTokenizer) }
  if (step.type === "Digits") return isolate(step["individual_digits"] === true ? "\\p{N}" : "\\p{N}+")
  // A prefix space is added before the expression is matched, so such a step can't be taken apart.
  if (step.type === "ByteLevel" && step["use_regex"] !== false && step["add_prefix_space"] !== true)
    return { type: "Sequence", pretokenizers: [isolate(gpt2), { ...step, use_regex: false }] }
  return step
}

const isolate = (pattern: string) => ({
  type: "Split",
  pattern: { Regex: pattern },
  behavior: "Isolated",
  invert: false,
})

/** The GPT-2 expression, with `\s` and `\S` spelled out. */
const gpt2 = [
  "'s|'t|'re|'ve|'m|'ll|'d",
  " ?\\p{L}+",
  " ?\\p{N}+",
  " ?[^\\p{White_Space}\\p{L}\\p{N}]+",
  "\\p{White_Space}+(?!\\P{White_Space})",
  "\\p{White_Space}+",
].join("|")

const isStep = (value: unknown): value is { readonly type: string } & Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
