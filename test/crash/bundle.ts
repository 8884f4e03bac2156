/**
 * The command line, the experiment and its config as plain JavaScript in few files, dependencies included: a process
 * starts in a quarter of the time, so that many kills are affordable. They share their modules, as the sources do.
 */
import { Effect } from "effect"
import type { Scope } from "effect"
import { build } from "esbuild"
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join, resolve } from "node:path"

export interface Bundle {
  /** To be run by Node in place of `bin/understudy.js`. */
  readonly main: string
  readonly experiment: string
  readonly config: string
}

/** Lies inside the checkout, which it takes `understudy/package.json` and what can't be bundled from. */
export const bundle: Effect.Effect<Bundle, never, Scope.Scope> = Effect.gen(function* () {
  mkdirSync(join(root, ".cache"), { recursive: true })
  const outdir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(root, ".cache/crash-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
  )
  yield* Effect.promise(() =>
    build({
      entryPoints: [main, experiment, config].map((file) => join(root, file)),
      outbase: root,
      outdir,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      conditions: ["understudy-source"],
      external: [
        "better-sqlite3",
        "@resvg/resvg-js",
        "wink-nlp",
        "wink-eng-lite-web-model",
        "nspell",
        "dictionary-en",
        "vader-sentiment",
        "understudy/package.json",
        "vega",
        "vega-lite",
      ],
      // For what is CommonJS inside.
      banner: {
        js: 'import { createRequire as fromModule } from "node:module"; const require = fromModule(import.meta.url);',
      },
      logLevel: "error",
    }),
  )
  cpSync(join(root, "test/fixtures/crashCorpus.jsonl"), join(outdir, "test/fixtures/crashCorpus.jsonl"))
  // The report's page takes its scripts from beside the module that writes it.
  cpSync(join(root, "layers/evaluation/report/browser"), join(outdir, "workflows/cli/browser"), { recursive: true })
  const built = (file: string) => join(outdir, file.replace(/\.ts$/, ".js"))
  return { main: built(main), experiment: built(experiment), config: built(config) }
})

const root = resolve(import.meta.dirname, "../..")
const main = "workflows/cli/main.ts"
const experiment = "test/crash/experiment.ts"
const config = "test/crash/understudy.config.ts"
