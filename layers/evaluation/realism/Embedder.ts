/**
 * Texts as vectors by a sentence model on this machine, for how far two texts are apart in meaning. The library is
 * heavy, so it is no dependency of this package: whoever asks for embeddings installs it.
 */
import { Effect, Schema } from "effect"

export interface Embedder {
  /** One vector of length 1 for each text, all of the same size. */
  readonly embed: (texts: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<ReadonlyArray<number>>, NoEmbeddings>
}

/** A sentence model in ONNX, as the library finds it on the Hugging Face hub or in a folder. */
export const EmbeddingModel = Schema.Struct({
  name: Schema.NonEmptyString.pipe(Schema.optionalWith({ default: () => "Xenova/all-MiniLM-L6-v2" })),
  revision: Schema.NonEmptyString.pipe(Schema.optionalWith({ default: () => "main" })),
})
export type EmbeddingModel = typeof EmbeddingModel.Type

export class NoEmbeddings extends Schema.TaggedError<NoEmbeddings>()("NoEmbeddings", {
  problem: Schema.String,
  advice: Schema.String,
}) {
  readonly kind = "operator"
  override get message() {
    return `${this.problem} ${this.advice}`
  }
}

/** Not a literal type: the compiler is not to look for what need not be there. */
const library: string = "@huggingface/transformers"

interface Transformers {
  readonly pipeline: (
    task: "feature-extraction",
    model: string,
    options: { readonly revision: string; readonly dtype: "fp32" },
  ) => Promise<
    (
      texts: ReadonlyArray<string>,
      options: { readonly pooling: "mean"; readonly normalize: true },
    ) => Promise<{ readonly tolist: () => ReadonlyArray<ReadonlyArray<number>> }>
  >
}

/** Texts at once. */
const batch = 32

/** `load` stands in for the library in tests. */
export const embedder = (
  { name, revision }: EmbeddingModel,
  load: () => Promise<unknown> = () => import(library),
): Effect.Effect<Embedder, NoEmbeddings> =>
  Effect.gen(function* () {
    const found = yield* Effect.tryPromise({
      try: () => load() as Promise<Transformers>,
      catch: (error) =>
        NoEmbeddings.make({
          problem: `Embeddings need the package ${library}, which can't be loaded (${reason(error)}).`,
          advice: `Install it with \`npm install ${library}@4.3.1\`, or leave \`embedding\` out.`,
        }),
    })
    const extract = yield* Effect.tryPromise({
      try: () => found.pipeline("feature-extraction", name, { revision, dtype: "fp32" }),
      catch: (error) =>
        NoEmbeddings.make({
          problem: `The embedding model ${name} (${revision}) can't be loaded (${reason(error)}).`,
          advice: "Name a model that the hub has in ONNX, or the folder of one; then retry.",
        }),
    })
    return {
      embed: (texts) =>
        Effect.map(
          Effect.forEach(
            Array.from({ length: Math.ceil(texts.length / batch) }, (_, i) => texts.slice(i * batch, (i + 1) * batch)),
            (some) =>
              Effect.tryPromise({
                try: () => extract(some, { pooling: "mean", normalize: true }).then((tensor) => tensor.tolist()),
                catch: (error) =>
                  NoEmbeddings.make({
                    problem: `The embedding model ${name} failed (${reason(error)}).`,
                    advice: "Retry, or leave `embedding` out.",
                  }),
              }),
          ),
          (batches) => batches.flat(),
        ),
    }
  })

/** 1 - the cosine of two vectors, 0 to 2; null where one has no length. */
export const cosineDistance = (one: ReadonlyArray<number>, other: ReadonlyArray<number>): number | null => {
  const dot = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
  const lengths = Math.sqrt(dot(one, one)) * Math.sqrt(dot(other, other))
  if (lengths === 0) return null
  return Math.min(2, Math.max(0, 1 - dot(one, other) / lengths))
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? ""
