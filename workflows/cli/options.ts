/** Options that several verbs take, and how a verb is described. */
import { Args, Command, Options } from "@effect/cli"
import { Option } from "effect"

export const experimentFile = Args.text({ name: "experiment" }).pipe(
  Args.withDescription("A file that exports Experiment.make(...)"),
)

export const json = Options.boolean("json").pipe(Options.withDescription("Print one JSON document on stdout"))

// Paths are taken as text: whoever uses one says best what is wrong with it.
export const home = Options.text("home").pipe(
  Options.withDescription("Folder that keeps everything a run makes (default: UNDERSTUDY_HOME, else .understudy)"),
  Options.optional,
)

export const config = Options.text("config").pipe(
  Options.withDescription("Config file (default: the nearest understudy.config.ts upwards)"),
  Options.optional,
)

/** Which experiment of the file, and changes to its `Corpus` steps. */
export const changes = {
  preset: Options.text("preset").pipe(
    Options.withDescription("Take this one of the file's `presets` in place of its default export"),
    Options.optional,
  ),
  corpus: Options.text("corpus").pipe(
    Options.withDescription("Use this file or folder of logs (JSONL, JSONL.gz, parquet) as the corpus"),
    Options.optional,
  ),
  users: Options.choice("users", ["hashed-ip", "each-row"]).pipe(
    Options.withDescription(
      "Who wrote each conversation of the corpus: the log's user id, or every row a user of its own",
    ),
    Options.optional,
  ),
  skipInvalid: Options.boolean("skip-invalid").pipe(
    Options.withDescription("Leave bad rows of the corpus out and count them, instead of stopping at the first"),
  ),
}

/** What a verb does, with command lines that show it. */
export const described = (text: string, ...examples: ReadonlyArray<string>) =>
  Command.withDescription([text, ...examples.map((example) => `Example: understudy ${example}`)].join("\n\n"))

export const orUndefined = <A>(option: Option.Option<A>): A | undefined => Option.getOrUndefined(option)
