#!/usr/bin/env node
// Runs the sources in a checkout, through tsx, and the built command line in an installed package, which has no sources.
// Experiment files are TypeScript and import "understudy": tsx loads them, and the condition below makes that import
// the same module instance as the command line's own.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"
import { createRequire } from "node:module"

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const sources = at("../workflows/cli/main.ts")
const main = existsSync(sources) ? sources : at("../dist/workflows/cli/main.js")
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const conditions = main !== sources ? [] : ["--conditions=understudy-source"]
const child = spawn(process.execPath, [...conditions, "--import", tsx, main, ...process.argv.slice(2)], {
  stdio: "inherit",
})
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal))
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)))
