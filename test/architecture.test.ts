import { readdirSync, readFileSync, existsSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { assert, describe, it } from "vitest"

const root = resolve(import.meta.dirname, "..")

/** What each folder may import from, besides itself. Anything else is a violation. */
const allowed: Record<string, ReadonlyArray<string>> = {
  "src/domain": [],
  "src/ports": ["src/domain"],
  "src/journal": ["src/domain", "src/ports"],
  "src/durable": ["src/domain", "src/ports", "src/journal"],
  "src/index.ts": ["src/domain", "src/ports", "src/journal", "src/durable"],
  layers: ["src"],
  workflows: ["src", "layers"],
}

const engineOnly = /^@effect\/(workflow|cluster)(\/|$)/

describe("imports", () => {
  it("point one way", () => {
    assert.deepEqual(violations(sources()), [])
  })

  it("are found wherever they stand in a file", () => {
    const found = violations([
      { path: "src/domain/A.ts", text: `import { x } from "../journal/B.ts"\nimport * as W from "@effect/workflow"` },
      { path: "layers/llm/C.ts", text: `const m = await import("../../workflows/cli/main.ts")` },
      { path: "src/durable/D.ts", text: `export * from "@effect/workflow"\nimport { y } from "../ports/E.ts"` },
    ])
    assert.deepEqual(found, [
      "src/domain/A.ts imports ../journal/B.ts",
      "src/domain/A.ts imports @effect/workflow",
      "layers/llm/C.ts imports ../../workflows/cli/main.ts",
    ])
  })
})

interface Source {
  readonly path: string
  readonly text: string
}

const sources = (): ReadonlyArray<Source> =>
  ["src", "layers", "workflows"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((f) => join(folder, f)),
    )
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))

const violations = (files: ReadonlyArray<Source>): ReadonlyArray<string> =>
  files.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)]
      .map((match) => match[1] ?? "")
      .filter((target) => !permitted(path, target))
      .map((target) => `${path} imports ${target}`),
  )

const permitted = (path: string, target: string): boolean => {
  if (engineOnly.test(target)) return path.startsWith("src/durable/")
  if (!target.startsWith(".")) return true
  const own = Object.keys(allowed).find((folder) => inside(path, folder))
  if (own === undefined) return path.startsWith("src/") === false
  const to = relative(root, resolve(root, dirname(path), target))
  return [own, ...(allowed[own] ?? [])].some((folder) => inside(to, folder))
}

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
