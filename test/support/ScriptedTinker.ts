/**
 * A Tinker server without a model, for tests: samples, log-probabilities and weights are hashes, so equal histories
 * give equal numbers. It keeps the protocol's rules (numbered requests carried out once, checkpoints, lost models) and
 * fails where it is told to.
 */
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"
import { makeRoutes } from "./tinker/ScriptedRoutes.ts"
import type { Reply, ScriptedOptions, ScriptedPass, ScriptedWork } from "./tinker/ScriptedRoutes.ts"
import type { TinkerState } from "./tinker/ScriptedState.ts"

/**
 * What happens to one request. `drop-before`: the connection breaks and nothing is done; `drop-after`: it is done and
 * the reply is lost; `reply`: another answer, nothing is done; `delay`: done, answered later; `duplicate`: it arrives
 * twice, and the second answer is sent; `restart-before` and `restart-after`: the server restarts before or after it is
 * done, and the connection breaks.
 */
export type Fault =
  | { readonly kind: "drop-before" | "drop-after" | "duplicate" | "restart-before" | "restart-after" }
  | {
      readonly kind: "reply"
      readonly status: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: "delay"; readonly millis: number }

export interface Arrival {
  /** The last part of the path, such as `asample`. */
  readonly route: string
  readonly contentType: string | undefined
  readonly apiKey: string | undefined
  /** Parsed where it is JSON. */
  readonly body: unknown
  readonly bytes: Uint8Array
}

export interface ScriptedTinker {
  readonly url: string
  readonly port: number
  /** Requests in the order of their arrival. */
  readonly arrivals: ReadonlyArray<Arrival>
  readonly count: (route: string) => number
  /** Faults for the next requests to a route, one each; undefined lets one pass. */
  readonly fault: (route: string, ...faults: ReadonlyArray<Fault | undefined>) => void
  /** Breaks the connection of every request to a route for which it holds. */
  readonly down: (when: (route: string) => boolean) => void
  /** Succeeds at the n-th request to a route. */
  readonly reached: (route: string, count: number) => Effect.Effect<void>
  readonly passes: ReadonlyArray<ScriptedPass>
  /** Model calls that were carried out, in their order. */
  readonly works: ReadonlyArray<ScriptedWork>
  readonly state: TinkerState
  /** Forgets live models and futures, as a restart does; checkpoints stay. */
  readonly restart: () => void
}

/** Listens on a loopback port until the scope ends. */
export const scriptedTinker = (options: ScriptedOptions & { readonly port?: number } = {}) =>
  Effect.acquireRelease(
    Effect.async<Open>((resume) => {
      const { routes, state, passes, works } = makeRoutes(options)
      const watchers = new Set<() => void>()
      let isDown = (_route: string) => false
      const arrivals: Array<Arrival> = []
      const faults = new Map<string, Array<Fault | undefined>>()
      const fault: ScriptedTinker["fault"] = (route, ...more) => {
        faults.set(route, [...(faults.get(route) ?? []), ...more])
      }
      const count = (route: string) => arrivals.filter((arrival) => arrival.route === route).length

      const down: ScriptedTinker["down"] = (when) => {
        isDown = when
      }
      const reached: ScriptedTinker["reached"] = (route, wanted) =>
        Effect.async<void>((done) => {
          const watch = () => {
            if (count(route) < wanted) return
            watchers.delete(watch)
            done(Effect.void)
          }
          watchers.add(watch)
          watch()
        })

      const answer = async (request: IncomingMessage, response: ServerResponse) => {
        const bytes = await bytesOf(request)
        const path = new URL(request.url ?? "/", "http://localhost").pathname
        const contentType = request.headers["content-type"]
        const body = contentType === "application/json" ? JSON.parse(bytes.toString()) : undefined
        if (path === "/scripted/faults") {
          fault(body.route, ...body.faults)
          return send(response, { status: 200, body: {} })
        }
        if (path === "/scripted/counts") return send(response, { status: 200, body: countAll(arrivals) })
        const route = path.replace(/^\/api\/v1\//, "").replace(/^(training_runs)\/.*/, "$1")
        arrivals.push({ route, contentType, apiKey: request.headers["x-api-key"] as string | undefined, body, bytes })
        for (const watch of watchers) watch()
        if (isDown(route)) return void request.socket.destroy()
        const next = faults.get(route)?.shift() ?? options.everyFault?.(route, count(route))
        if (next?.kind === "restart-before") state.restart()
        if (next?.kind === "drop-before" || next?.kind === "restart-before") return void request.socket.destroy()
        if (next?.kind === "reply") return send(response, next)
        if (next?.kind === "duplicate") await routes({ route, path, body, bytes, contentType })
        const reply = await routes({ route, path, body, bytes, contentType })
        if (next?.kind === "restart-after") state.restart()
        if (next?.kind === "drop-after" || next?.kind === "restart-after") return void request.socket.destroy()
        if (next?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, next.millis))
        return send(response, reply)
      }

      const server = createServer((request, response) => {
        answer(request, response).catch((error: unknown) =>
          send(response, { status: 500, body: { detail: `${error}` } }),
        )
      })
      server.keepAliveTimeout = 120_000
      server.listen(options.port ?? 0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = Effect.async<void>((done) => {
          server.closeAllConnections()
          server.close(() => done(Effect.void))
        })
        const restart = () => state.restart()
        const url = `http://127.0.0.1:${port}`
        const tinker = { url, port, arrivals, count, fault, down, reached, passes, works, state, restart }
        resume(Effect.succeed({ tinker, close }))
      })
    }),
    ({ close }) => close,
  ).pipe(Effect.map(({ tinker }): ScriptedTinker => tinker))

interface Open {
  readonly tinker: ScriptedTinker
  readonly close: Effect.Effect<void>
}

const bytesOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const send = (response: ServerResponse, { status, body, headers = {} }: Reply) => {
  const binary = body instanceof Uint8Array
  response.writeHead(status, { "content-type": binary ? "application/x-protobuf" : "application/json", ...headers })
  response.end(binary ? body : JSON.stringify(body))
}

const countAll = (arrivals: ReadonlyArray<Arrival>) =>
  Object.fromEntries(
    [...new Set(arrivals.map(({ route }) => route))].map((route) => [
      route,
      arrivals.filter((arrival) => arrival.route === route).length,
    ]),
  )
