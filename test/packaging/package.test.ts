import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { checkout, packAndInstall, run } from "./installed.ts"

const minutes = 60_000

describe("the packed package", () => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-packed-"))
  const inside = join(folder, "node_modules", "understudy")
  let files: ReadonlyArray<string> = []
  beforeAll(async () => {
    files = await packAndInstall(folder)
    copyFileSync(join(inside, "workflows/experiments/demo.ts"), join(folder, "experiment.ts"))
  }, 15 * minutes)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("holds what it needs and nothing else", () => {
    for (const file of [
      "LICENSE",
      "README.md",
      "bin/understudy.js",
      "scripts/setup.js",
      "dist/workflows/cli/main.js",
      "dist/layers/generation/corpus/embedded.jsonl",
      "dist/layers/training/embedded/convertModel.py",
      "dist/layers/training/embedded/requirements.lock",
      "dist/layers/training/embedded/serve.py",
      "dist/layers/training/embedded/uv.requirements.lock",
      "workflows/experiments/demo.ts",
    ])
      assert.include(files, file)
    const places = /^(bin|dist|scripts|workflows\/experiments)\/|^(CHANGELOG|README)\.md$|^LICENSE$|^package\.json$/
    const unwanted = files.filter(
      (file) =>
        !places.test(file) ||
        /(^|\/)(test|bench|shared|node_modules|__pycache__)\//.test(file) ||
        (file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.startsWith("workflows/experiments/")),
    )
    assert.deepEqual(unwanted, [])
  })

  it(
    "plans an experiment in another folder, and tells its version",
    async () => {
      const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { version: string }
      assert.include(await run("npx", ["understudy", "--version"], folder), version)
      const planned = await run("npx", ["understudy", "plan", "experiment.ts", "--json"], folder)
      const { cells, steps } = JSON.parse(planned) as Record<"cells" | "steps", ReadonlyArray<{ stage: string }>>
      assert.strictEqual(cells.length, 2)
      assert.include(
        steps.map(({ stage }) => stage),
        "TrainAssistant",
      )
    },
    5 * minutes,
  )

  it(
    "has declarations that accept the experiment and refuse what is wrong",
    async () => {
      writeFileSync(join(folder, "wrong.ts"), wrong)
      const compilerOptions = {
        module: "NodeNext",
        target: "ES2022",
        lib: ["ES2023"],
        strict: true,
        noEmit: true,
        types: [],
        skipLibCheck: true,
      }
      const include = ["experiment.ts", "wrong.ts"]
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include }))
      const require = createRequire(join(checkout, "package.json"))
      const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc")
      assert.strictEqual(await run(process.execPath, [tsc, "-p", "."], folder), "")
    },
    5 * minutes,
  )

  it(
    "gives pure functions by subpath, without loading the engine",
    async () => {
      writeFileSync(join(folder, "pure.js"), pure)
      assert.strictEqual((await run(process.execPath, ["pure.js"], folder)).trim(), "2 -1 1 1024")
      for (const entry of [
        "evaluation/evaluation.js",
        "evaluation/statistics.js",
        "training/training.js",
        "training/tinker/tinker.js",
      ]) {
        const found = [...imports(join(inside, "dist/layers", entry))]
        assert.deepEqual(
          found.filter(
            (target) =>
              !/^(effect|node:crypto|@huggingface\/.*|@stdlib\/.*|@effect\/platform|@bufbuild\/.*|fastest-levenshtein)$/.test(
                target,
              ),
          ),
          [],
        )
      }
    },
    minutes,
  )

  it(
    "finds its trainer project, and says that the trainer is not set up",
    async () => {
      const cache = join(folder, "cache")
      const ask = `process.env.UNDERSTUDY_CACHE = ${JSON.stringify(cache)}; const { check } = await import("./node_modules/understudy/scripts/setup.js"); console.log(JSON.stringify(check()))`
      const found = await run(process.execPath, ["--input-type=module", "-e", ask], folder)
      assert.deepInclude(JSON.parse(found), { ready: false, cache, model: null })
    },
    minutes,
  )
})

const wrong = `
import * as U from "understudy"
import { bootstrapMean } from "understudy/statistics"

const split = U.Split({ corpus: U.embeddedCorpus() })
// @ts-expect-error a split is no corpus
U.Split({ corpus: split })
// @ts-expect-error there is no such axis
U.Grid.make({ axes: { seed: [1] }, experiment: (cell) => U.RolePlay({ model: cell.model }) })
// @ts-expect-error a mean is a number
export const mean: string | undefined = bootstrapMean([1, 2, 3])?.mean
`

const pure = `
import { copyShare } from "understudy/evaluation"
import { quantile } from "understudy/statistics"
import { passLimits } from "understudy/tinker"
import { groupAdvantages } from "understudy/training"
console.log(quantile([1, 2, 3], 0.5), groupAdvantages([1, 3])[0], copyShare("what is a comet", ["what is a comet"]), passLimits.datums)
`

/** The packages that a built file loads at once, and those that its own files load; not what is loaded when asked for. */
const imports = (file: string, seen = new Set<string>()): Set<string> => {
  const found = new Set<string>()
  if (seen.has(file)) return found
  seen.add(file)
  for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/(?:^|\s)(?:from|import)\s*"([^"]+)"/g)) {
    if (target.startsWith(".")) imports(join(dirname(file), target), seen).forEach((one) => found.add(one))
    else found.add(target)
  }
  return found
}
