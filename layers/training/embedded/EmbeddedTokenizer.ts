/**
 * The embedded model's tokenizer as it comes with the package: what a replay needs of the model, without an installed
 * trainer. The files are those of the installed model; `tokenizer.json` without white space, under Brotli.
 */
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import { makeTokenizer, TokenizerUnusable } from "../../llm/Tokenizer.ts"
import type { Tokenizer } from "../../llm/Tokenizer.ts"

export const embeddedTokenizerFolder: string = join(import.meta.dirname, "tokenizer")

export const embeddedTokenizer: Effect.Effect<Tokenizer, TokenizerUnusable> = Effect.try({
  try: () => {
    const read = (name: string) => readFileSync(join(embeddedTokenizerFolder, name))
    const vocabulary = brotliDecompressSync(read("tokenizer.json.br")).toString("utf8")
    const config = read("tokenizer_config.json").toString("utf8")
    return makeTokenizer(JSON.parse(vocabulary), JSON.parse(config), read("chat_template.jinja").toString("utf8"))
  },
  catch: (error) =>
    new TokenizerUnusable({
      folder: embeddedTokenizerFolder,
      detail: error instanceof Error ? error.message : String(error),
    }),
})
