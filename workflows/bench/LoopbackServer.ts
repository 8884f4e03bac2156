/**
 * A chat server that answers every request alike after a while, in a process of its own, so that its work is not the
 * client's. With `turns` its answers are turns of role-played users, no two alike.
 *
 *     node LoopbackServer.ts MILLIS [turns]
 *
 * Prints its URL on one line, and ends when its standard input does.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const delay = Number(process.argv[2] ?? 50)
const paragraph = "A short paragraph of an answer, as a small model might give it. ".repeat(4)
const replyOf = (content: string) =>
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 0,
    model: "bench",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    usage: { prompt_tokens: 60, completion_tokens: 60, total_tokens: 120 },
  })
const alike = replyOf(paragraph)
let turns = 0
const turn = () => {
  const words = Array.from({ length: 8 }, (_, i) => `word${turns}x${i}`).join(" ")
  turns++
  return replyOf(JSON.stringify({ current_answer: "", thought: paragraph, response: `${words} ${paragraph}` }))
}
const nextReply = process.argv[3] === "turns" ? turn : () => alike

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume()
  request.on("end", () =>
    setTimeout(() => {
      const reply = nextReply()
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(reply) })
      response.end(reply)
    }, delay),
  )
})

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1\n`)
})
// Whoever started it may be gone before it listens.
process.stdout.on("error", () => process.exit(0))
process.stdin.resume()
process.stdin.on("end", () => process.exit(0))
