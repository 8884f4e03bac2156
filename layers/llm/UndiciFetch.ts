/** `fetch` over a connection pool of one's own. The whole answer is read before it returns, so time-outs cover it. */
import { Undici } from "@effect/platform-node"
import { Effect } from "effect"

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>

/** The pool closes with the scope, and what is still under way with it. */
export const undiciFetch = (options: { readonly connections: number }) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(
        () =>
          new Undici.Agent({
            connections: options.connections,
            connect: { timeout: connectMillis },
            // The SDK's time-out covers both.
            headersTimeout: 0,
            bodyTimeout: 0,
          }),
      ),
      (agent) => Effect.promise(() => agent.destroy()),
    ),
    (agent): Fetch =>
      async (url, init = {}) => {
        const { statusCode, headers, body } = await Undici.request(String(url), {
          dispatcher: agent,
          method: (init.method ?? "GET") as Undici.Dispatcher.HttpMethod,
          headers: headersOf(init) as Iterable<[string, string]>,
          body: (init.body ?? null) as string | null,
          signal: init.signal ?? null,
        }).catch(rethrow)
        const text = await body.text()
        return new TextResponse(wrapped(statusCode, text), {
          status: statusCode,
          headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
        })
      },
  )

/** Its text is there already: a body of its own would put it into a stream, only for it to be read back. */
class TextResponse extends Response {
  override readonly text: () => Promise<string>
  override readonly json: () => Promise<unknown>
  constructor(text: string, init: ResponseInit) {
    super(null, init)
    this.text = () => Promise.resolve(text)
    this.json = () => Promise.resolve(text).then(JSON.parse)
  }
}

const headersOf = ({ headers }: RequestInit) => (headers instanceof Headers ? headers : new Headers(headers))

const connectMillis = 10_000

/** The SDK takes whatever says "timeout" for a request that got no answer; this one was never sent. */
const rethrow = (error: unknown): never => {
  if (error instanceof Undici.errors.ConnectTimeoutError) {
    throw Object.assign(new Error(`no connection after ${connectMillis / 1000} seconds`), { code: error.code })
  }
  throw error
}

/** Some servers put the error's fields beside `error` instead of inside; the SDK reads only what is inside. */
const wrapped = (status: number, text: string): string => {
  if (status < 400 || !text.startsWith("{") || /"error"\s*:\s*\{/.test(text)) return text
  return `{"error":${text}}`
}
