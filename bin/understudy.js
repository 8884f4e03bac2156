#!/usr/bin/env node
// Runs the sources in a checkout, through tsx, and the built command line in an installed package, which has no sources.
// Experiment files are TypeScript and import "understudy": tsx loads them, and the condition below makes that import
// the same module instance as the command line's own.
//
// A run mostly waits for servers. V8 would take such pauses for collecting garbage again and again, to keep a heap small
// that is no larger than a small part of a model; trainers on this machine have better use for the processor.
//
// The child has a channel to this process: should this one be killed, it sees the channel close and stops in order.
// Ctrl-C in a terminal reaches both; the child takes signals that follow close on one another as one.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { fileURLToPath, pathToFileURL } from "node:url"
import { createRequire } from "node:module"

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const sources = at("../workflows/cli/main.ts")
const main = existsSync(sources) ? sources : at("../dist/workflows/cli/main.js")
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const conditions = main !== sources ? [] : ["--conditions=understudy-source"]
const flags = ["--no-memory-reducer", "--initial-heap-size=256", ...conditions]
const child = spawn(process.execPath, [...flags, "--import", tsx, main, ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  // How this was called, for messages that name a command to run next.
  env: { ...process.env, UNDERSTUDY_CALLED: process.argv[1] ?? "" },
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)))
