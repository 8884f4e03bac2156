// Stands in for `vllm serve`: an OpenAI-compatible server without a model. Answers name its process and its GPUs.
//
//     node scriptedModelServer.js [serve MODEL] --port PORT [--served-model-name NAME] [--behaviour FILE] [--events FILE] ...
//
// FILE says what it does: `serve` (the default), `die`, `never` (listens and lists nothing), `slow` (answers chats only
// after a second). Starts and ends by SIGTERM are appended to the events' FILE.
import { appendFileSync, readFileSync } from "node:fs"
import { createServer } from "node:http"

const args = process.argv.slice(2)
const option = (name) => (args.includes(`--${name}`) ? args[args.indexOf(`--${name}`) + 1] : undefined)
const model = option("served-model-name") ?? args[1]
const lora = args.includes("--lora-modules") ? args.slice(args.indexOf("--lora-modules") + 1) : []
const adapters = lora.filter((one) => one.includes("=")).map((one) => one.split("=")[0])
const behaviour = option("behaviour") === undefined ? "serve" : readFileSync(option("behaviour"), "utf8").trim()
const event = (what) => option("events") && appendFileSync(option("events"), `${what} ${model}\n`)

console.log(`behaving as ${behaviour}`)
if (behaviour === "die") process.exit(3)
event("start")
process.on("SIGTERM", () => {
  event("stop")
  process.exit(0)
})

const send = (response, status, body) => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}
createServer((request, response) => {
  if (request.url === "/v1/models") {
    const names = behaviour === "never" ? [] : [model, ...adapters]
    return send(response, 200, { data: names.map((id) => ({ id, object: "model" })) })
  }
  const chunks = []
  request.on("data", (chunk) => chunks.push(chunk))
  request.on("end", () => {
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8"))
    const facts = {
      pid: process.pid,
      gpus: process.env.CUDA_VISIBLE_DEVICES,
      key: process.env.SECRET_KEY,
      model: body.model,
    }
    event(`asked ${body.messages.at(-1).content}`)
    const reply = {
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: JSON.stringify(facts) } }],
      usage: { prompt_tokens: 10, completion_tokens: 5 },
    }
    setTimeout(() => send(response, 200, reply), behaviour === "slow" ? 1000 : 0)
  })
}).listen(Number(option("port")), "127.0.0.1")
