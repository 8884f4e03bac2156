/** Text to token ids and back, with the tokenizer of a Hugging Face model folder. */
import { FileSystem, Path } from "@effect/platform"
import { Tokenizer as Library } from "@huggingface/tokenizers"
import { Effect, Schema } from "effect"
import { unicodePreTokenizer } from "./unicodePreTokenizer.ts"

export interface Tokenizer {
  /** Ids of a text, nothing added around it. Special tokens written in the text become their one id. */
  readonly encode: (text: string) => Array<number>
  /** The text of ids, special tokens included. Where ids cut a character in two, U+FFFD stands for it. */
  readonly decode: (ids: ReadonlyArray<number>) => string
  /** Ids of the special tokens, by their text. */
  readonly specialTokens: ReadonlyMap<string, number>
  /** The texts of `bos_token`, `eos_token` and so on, by these names. Chat templates read them. */
  readonly names: Readonly<Record<string, string>>
  /** The Jinja chat template of the model, where it has one. */
  readonly chatTemplate: string | undefined
  /** The first id that no token has. */
  readonly nextId: number
  /** Rows of the model's embedding, where its `config.json` tells: ids from there on mean nothing to the model. */
  readonly rows: number | undefined
}

/** A tokenizer that is missing or not understood. */
export class TokenizerUnusable extends Schema.TaggedError<TokenizerUnusable>()("TokenizerUnusable", {
  folder: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `No usable tokenizer in ${this.folder}: ${this.detail}. The folder needs tokenizer.json and tokenizer_config.json of a Hugging Face model.`
  }
}

/**
 * Reads `tokenizer.json`, `tokenizer_config.json` and, where present, `chat_template.jinja` and `config.json` of a model
 * folder.
 */
export const loadTokenizer = Effect.fn("loadTokenizer")(
  function* (folder: string) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const read = (name: string) => fs.readFileString(path.join(folder, name))
    const vocabulary = yield* read("tokenizer.json")
    const config = yield* read("tokenizer_config.json")
    const readIfThere = (name: string) =>
      Effect.flatMap(fs.exists(path.join(folder, name)), (there) => (there ? read(name) : Effect.succeed(undefined)))
    const template = yield* readIfThere("chat_template.jinja")
    const model = yield* readIfThere("config.json")
    return yield* Effect.try({
      try: () => ({
        ...makeTokenizer(JSON.parse(vocabulary), JSON.parse(config), template),
        rows: model === undefined ? undefined : rowsOf(JSON.parse(model)),
      }),
      catch: (cause) => (cause instanceof Error ? cause : new Error(String(cause))),
    })
  },
  (effect, folder) => effect.pipe(Effect.mapError((error) => new TokenizerUnusable({ folder, detail: error.message }))),
)

/** A tokenizer from its parsed files. Throws what the schemas or the library find wrong with them. */
export const makeTokenizer = (vocabulary: unknown, config: unknown, template?: string): Tokenizer => {
  const file = decodeVocabulary(vocabulary)
  const settings = decodeConfig(config)
  const library = new Library({ ...file, pre_tokenizer: unicodePreTokenizer(file.pre_tokenizer) }, settings)
  const special = file.added_tokens.filter((token) => token.special)
  return {
    encode: (text) => library.encode(text, { add_special_tokens: false }).ids,
    decode: (ids) => (ids.length === 0 ? "" : library.decode([...ids], exactly)),
    specialTokens: new Map(special.map((token) => [token.content, token.id])),
    names: tokenNames(settings),
    chatTemplate: template ?? templateOf(settings.chat_template),
    nextId: file.added_tokens.reduce((next, { id }) => Math.max(next, id + 1), vocabularySize(file.model.vocab)),
    rows: undefined,
  }
}

/** Ids and texts have to agree: no token is left out and no space tidied away. */
const exactly = { skip_special_tokens: false, clean_up_tokenization_spaces: false }

const rest = { key: Schema.String, value: Schema.Unknown }
const AddedToken = Schema.Struct({ id: Schema.Int, content: Schema.String, special: Schema.Boolean }, rest)
const Vocabulary = Schema.Struct(
  {
    added_tokens: Schema.Array(AddedToken),
    pre_tokenizer: Schema.Unknown,
    model: Schema.Struct({ vocab: Schema.Object }, rest),
  },
  rest,
)
const Template = Schema.Union(
  Schema.String,
  Schema.Array(Schema.Struct({ name: Schema.String, template: Schema.String })),
)
const Config = Schema.Struct({ chat_template: Schema.optional(Schema.NullOr(Template)) }, rest)
const decodeVocabulary = Schema.decodeUnknownSync(Vocabulary)
const decodeConfig = Schema.decodeUnknownSync(Config)

/** Ids by token; or, of some kinds, a list of pieces whose positions are the ids. */
const vocabularySize = (vocab: object): number => {
  if (Array.isArray(vocab)) return vocab.length
  let size = 0
  for (const id of Object.values(vocab)) if (typeof id === "number" && id >= size) size = id + 1
  return size
}

const ModelConfig = Schema.Struct({ vocab_size: Schema.optional(Schema.Int) })
const rowsOf = (config: unknown) => (Schema.is(ModelConfig)(config) ? config.vocab_size : undefined)

const templateOf = (field: typeof Template.Type | null | undefined) =>
  typeof field === "string" ? field : field?.find((entry) => entry.name === "default")?.template

/** In a config a token is its text, or an object with its text as `content`. */
const tokenNames = (settings: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => {
      if (!name.endsWith("_token")) return []
      if (typeof value === "string") return [[name, value]]
      return Schema.is(Content)(value) ? [[name, value.content]] : []
    }),
  )
const Content = Schema.Struct({ content: Schema.String })
