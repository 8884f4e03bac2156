/**
 * An OpenAI-compatible server without a model, for tests: an answer is a hash of the request, so equal requests get equal
 * answers. It fails where it is told to, and counts.
 */
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

/**
 * What happens to one request. `drop`: the connection breaks; `hang`: no answer until the client leaves; `reply`: another
 * answer; `text`: the usual answer with this content; `delay`: the usual answer, later.
 */
export type Fault =
  | { readonly kind: "drop" | "hang" }
  | {
      readonly kind: "reply"
      readonly status: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: "text"; readonly text: string; readonly finish?: string; readonly refusal?: string }
  | { readonly kind: "delay"; readonly millis: number }

export interface Arrival {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Readonly<Record<string, unknown>>
  /** SHA-256 of the body: the request's name. */
  readonly hash: string
}

export interface ScriptedOpenAiOptions {
  readonly port?: number
  /** Names that are served; any other is a 404. Default: every name. */
  readonly models?: ReadonlyArray<string>
  /** Before every answer, in milliseconds. */
  readonly delay?: number
  /** For every request, in the order of arrival; undefined lets it pass. Queued faults come first. */
  readonly everyFault?: (arrival: Arrival, index: number) => Fault | undefined
}

export interface ScriptedOpenAi {
  /** With `/v1`. */
  readonly url: string
  /** Requests other than those for the list of models, in the order of arrival. */
  readonly arrivals: ReadonlyArray<Arrival>
  /** Faults for the next requests, one each; undefined lets one pass. */
  readonly fault: (...faults: ReadonlyArray<Fault | undefined>) => void
  /** Succeeds at the n-th request. */
  readonly reached: (count: number) => Effect.Effect<void>
  /** Most requests that were in the works at once. */
  readonly mostAtOnce: () => number
}

/** Listens on a loopback port until the scope ends. */
export const scriptedOpenAi = (options: ScriptedOpenAiOptions = {}) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<{ readonly scripted: Scripted; readonly port: number; readonly close: () => void }>((resume) => {
        const scripted = script(options)
        const server = createServer((request, response) => void scripted.answer(request, response))
        // Node's 5 s end in the middle of a request where the machine is busy, which is then sent again.
        server.keepAliveTimeout = 120_000
        server.listen(options.port ?? 0, "127.0.0.1", () =>
          resume(
            Effect.succeed({
              scripted,
              port: (server.address() as AddressInfo).port,
              close: () => {
                server.close()
                server.closeAllConnections()
              },
            }),
          ),
        )
      }),
      ({ close }) => Effect.sync(close),
    ),
    ({ scripted, port }): ScriptedOpenAi => ({ url: `http://127.0.0.1:${port}/v1`, ...scripted.view }),
  )

type Scripted = ReturnType<typeof script>

const script = ({ models, delay = 0, everyFault }: ScriptedOpenAiOptions) => {
  const arrivals: Array<Arrival> = []
  const faults: Array<Fault | undefined> = []
  const watchers = new Set<() => void>()
  let atOnce = 0
  let most = 0

  const view = {
    arrivals,
    fault: (...more: ReadonlyArray<Fault | undefined>) => void faults.push(...more),
    mostAtOnce: () => most,
    reached: (count: number) =>
      Effect.async<void>((resume) => {
        const watch = () => {
          if (arrivals.length < count) return
          watchers.delete(watch)
          resume(Effect.void)
        }
        watchers.add(watch)
        watch()
      }),
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const bytes = await bytesOf(request)
    const path = (request.url ?? "").replace(/^\/v1/, "")
    if (path === "/models") return send(response, 200, { data: (models ?? []).map((id) => ({ id, object: "model" })) })
    const { authorization } = request.headers
    if (path === "/scripted/counts") return send(response, 200, countsOf(arrivals))
    const body = JSON.parse(bytes.toString("utf8") || "{}") as Readonly<Record<string, unknown>>
    const arrival = { path, authorization, body, hash: createHash("sha256").update(bytes).digest("hex") }
    const index = arrivals.push(arrival) - 1
    most = Math.max(most, ++atOnce)
    response.on("close", () => void atOnce--)
    for (const watch of watchers) watch()
    const fault = faults.length > 0 ? faults.shift() : everyFault?.(arrival, index)
    if (fault?.kind === "drop") return void request.socket.destroy()
    if (fault?.kind === "hang") return
    if (fault?.kind === "reply") return send(response, fault.status, fault.body, fault.headers)
    if (models !== undefined && !models.includes(String(body["model"]))) {
      const message = `The model \`${String(body["model"])}\` does not exist.`
      return send(response, 404, { error: { message, type: "NotFoundError", code: 404 } })
    }
    const wait = delay + (fault?.kind === "delay" ? fault.millis : 0)
    const reply = usual(arrival, fault?.kind === "text" ? fault : undefined)
    if (wait > 0) setTimeout(() => send(response, 200, reply), wait)
    else send(response, 200, reply)
  }
  return { view, answer }
}

const usual = ({ path, body, hash }: Arrival, said?: Extract<Fault, { kind: "text" }>) => {
  const text = said?.text ?? `answer ${hash.slice(0, 12)}`
  const choice = { index: 0, finish_reason: said?.finish ?? "stop" }
  return {
    id: hash,
    model: body["model"],
    choices: [
      path === "/chat/completions"
        ? { ...choice, message: { role: "assistant", content: text, refusal: said?.refusal ?? null } }
        : { ...choice, text },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  }
}

/** How often each request came, by its hash. */
const countsOf = (arrivals: ReadonlyArray<Arrival>) => {
  const counts: Record<string, number> = {}
  for (const { hash } of arrivals) counts[hash] = (counts[hash] ?? 0) + 1
  return { requests: arrivals.length, counts }
}

const send = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
) => {
  if (response.destroyed) return
  const text = typeof body === "string" ? body : JSON.stringify(body)
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(text)
}

const bytesOf = async (request: IncomingMessage) => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
