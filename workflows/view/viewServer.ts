/**
 * Serves the report of a study on 127.0.0.1 while it changes. Pages from elsewhere can't read it: a request must name
 * this host. Transcripts are written to a folder of the server's own when they are first asked for, and again when there
 * are more.
 */
import { FileSystem, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Clock, Effect, Schema } from "effect"
import { createServer } from "node:http"
import { Home } from "../../src/index.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import type { Study } from "../Study.ts"
import { writeTranscripts } from "../transcriptFiles.ts"
import { livePage } from "./livePage.ts"
import type { LivePage } from "./livePage.ts"
import { runStanding } from "./runStanding.ts"
import type { RunStanding } from "./runStanding.ts"

export interface ViewOptions {
  readonly study: Study
  readonly config: UnderstudyConfig
  readonly home: string
  /** 0: any that is free. */
  readonly port: number
}

/** Somebody else has the port. */
export class PortTaken extends Schema.TaggedError<PortTaken>()("PortTaken", {
  port: Schema.Int,
  detail: Schema.String,
}) {
  override get message() {
    return `Port ${this.port} of 127.0.0.1 can't be used: ${this.detail}. Give another with --port, or none.`
  }
}

/** Serves until the scope closes; gives the address. */
export const viewServer = Effect.fn("viewServer")(function* (options: ViewOptions) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "understudy-view-" })
  const answers = yield* answering(options, folder)
  const server = yield* NodeHttpServer.make(() => createServer(), { host: "127.0.0.1", port: options.port }).pipe(
    Effect.mapError((error) => PortTaken.make({ port: options.port, detail: String(error.cause) })),
  )
  const port = server.address._tag === "TcpAddress" ? server.address.port : 0
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  yield* server.serve(
    Effect.gen(function* () {
      const { url, headers, method } = yield* HttpServerRequest.HttpServerRequest
      if (!hosts.has(headers["host"] ?? "")) return text(403, "text/plain", "This server is for this machine alone.")
      if (method !== "GET") return text(405, "text/plain", "Nothing can be changed here.")
      return yield* answers(url.split("?")[0] ?? "/").pipe(
        Effect.catchAll((error) => Effect.succeed(text(500, "text/plain", error.message))),
      )
    }),
  )
  return `http://127.0.0.1:${port}/`
})

const answering = Effect.fnUntraced(function* ({ study, config, home }: ViewOptions, folder: string) {
  const files = yield* FileSystem.FileSystem
  const one = yield* Effect.makeSemaphore(1)
  let looked: { readonly at: number; readonly standing: RunStanding } | undefined
  let shown: { readonly version: string; readonly page: LivePage } | undefined
  let written: string | undefined
  const inHome = Effect.provide(Home.Home.layerReader(home))

  /** As it is now, or was a moment ago. */
  const standing = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (looked !== undefined && now - looked.at < freshMillis) return looked.standing
    const found = yield* runStanding(study)
    looked = { at: now, standing: found }
    return found
  })
  const page = Effect.gen(function* () {
    const now = yield* standing
    if (shown?.version === now.version) return shown.page
    const made = yield* livePage(study, config, now)
    shown = { version: now.version, page: made }
    return made
  })
  /** Of the page that was shown last: a reader goes on with those that belong to it. */
  const transcript = Effect.fnUntraced(function* (name: string) {
    const { data, facts } = shown?.page ?? (yield* page)
    const version = shown?.version
    if (data === null || version === undefined) return notFound
    const place = `${folder}/transcripts`
    if (written !== version) {
      yield* writeTranscripts(data, facts, place)
      written = version
    }
    const file = `${place}/${name}`
    if (!(yield* files.exists(file))) return notFound
    return text(200, "text/javascript", yield* files.readFileString(file))
  })

  return (path: string) =>
    Effect.gen(function* () {
      if (path === "/" || path === "/report.html") return text(200, "text/html", (yield* page).html)
      if (path === "/version") {
        const { version, words } = yield* standing
        return text(200, "application/json", JSON.stringify({ version, words }))
      }
      const name = /^\/transcripts\/((?:index|talks-\d+)\.js)$/.exec(path)?.[1]
      return name === undefined ? notFound : yield* transcript(name)
    }).pipe(inHome, one.withPermits(1))
})

/** Every open page asks every two seconds: that is one look. */
const freshMillis = 1000

const text = (status: number, contentType: string, body: string) =>
  HttpServerResponse.text(body, {
    status,
    contentType: `${contentType}; charset=utf-8`,
    headers: {
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    },
  })

const notFound = text(404, "text/plain", "There is nothing here.")
