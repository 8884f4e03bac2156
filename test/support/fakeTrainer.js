// Stands in for serve.py: same arguments, reports and exit codes, no model. What it does is written in FOLDER/behaviour.
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"

const option = (name) => process.argv[process.argv.indexOf(`--${name}`) + 1]
const folder = option("folder")
const instance = option("instance")
const behaviour = readFileSync(join(folder, "behaviour"), "utf8")
console.log(`behaving as ${behaviour}`)

process.stdin.resume().on("end", () => process.kill(-process.pid, "SIGKILL"))
if (behaviour === "port-taken") process.exit(71)
if (behaviour === "in-use") process.exit(70)
if (behaviour === "crash") process.exit(3)
if (behaviour === "killed") {
  writeFileSync(join(folder, "behaviour"), "normal")
  process.kill(process.pid, "SIGKILL")
}

const report = (name, facts) => {
  const file = join(folder, "instances", instance, name)
  writeFileSync(`${file}.tmp`, JSON.stringify({ pid: process.pid, ...facts }))
  renameSync(`${file}.tmp`, `${file}.json`)
}
const answer = behaviour === "stranger" ? "somebody else" : instance
const server = createServer((_, response) => response.end(JSON.stringify({ instance: answer })))
server.listen(Number(option("port")), "127.0.0.1", () => {
  report("api", { port: server.address().port })
  if (behaviour !== "no-model") report("engine", {})
})
