import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { loadTokenizer, makeTokenizer, TokenizerUnusable } from "../../../layers/llm/Tokenizer.ts"
import { config, idsOf, vocabulary } from "../../support/tinyTokenizer.ts"

const tokenizer = makeTokenizer(vocabulary, config)

describe("makeTokenizer", () => {
  it("merges, and recognises special tokens in the text", () => {
    expect(tokenizer.encode("hello world<|im_end|>")).toEqual(
      idsOf("hell", "o", "Ġw", "o", "r", "l", "d", "<|im_end|>"),
    )
    expect(tokenizer.specialTokens.get("<|im_start|>")).toBe(1)
    expect(tokenizer.names).toEqual({ bos_token: "<|im_start|>", eos_token: "<|im_end|>" })
  })

  it.each([
    ["a fraction", " ½", ["Ġ", "Â½"]],
    ["superscripts", "²²", ["Â²", "Â²"]],
    ["ASCII digits", " 12", ["Ġ", "1", "2"]],
    ["a next-line character as white space", "\u0085\u0085h", ["Â", "ħ", "Â", "ħ", "h"]],
  ])("splits %s off as the reference does", (_, text, tokens) => {
    expect(tokenizer.encode(text)).toEqual(idsOf(...tokens))
  })

  it("gives every text back, spaces and special tokens included", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
      }),
    )
    const tidy = " Do n't , <|im_end|> stop ."
    expect(tokenizer.decode(tokenizer.encode(tidy))).toBe(tidy)
    expect(tokenizer.decode([])).toBe("")
  })
})

describe("loadTokenizer", () => {
  const folder = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const dir = yield* fs.makeTempDirectoryScoped()
    const write = (name: string, text: string) => fs.writeFileString(path.join(dir, name), text)
    yield* write("tokenizer.json", JSON.stringify(vocabulary))
    return { dir, write }
  })

  it.scoped("reads a model folder; a template file goes before the one in the config", () =>
    Effect.gen(function* () {
      const { dir, write } = yield* folder
      yield* write("tokenizer_config.json", JSON.stringify(config))
      const first = yield* loadTokenizer(dir)
      expect(first.encode("hello")).toEqual(idsOf("hell", "o"))
      expect(first.chatTemplate).toBe(config.chat_template)
      yield* write("chat_template.jinja", "{{ 'other' }}")
      expect((yield* loadTokenizer(dir)).chatTemplate).toBe("{{ 'other' }}")
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.scoped("says which folder and what is wrong", () =>
    Effect.gen(function* () {
      const { dir, write } = yield* folder
      const missing = yield* Effect.flip(loadTokenizer(dir))
      expect(missing).toBeInstanceOf(TokenizerUnusable)
      expect(missing.message).toContain("tokenizer_config.json")
      yield* write("tokenizer_config.json", "{")
      const broken = yield* Effect.flip(loadTokenizer(dir))
      expect(broken.message).toContain(dir)
      expect(broken.detail).toContain("JSON")
    }).pipe(Effect.provide(NodeContext.layer)),
  )
})
