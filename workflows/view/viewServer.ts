/**
 * Serves the reports of a study on 127.0.0.1 while it changes. Pages from elsewhere can't read it: a request must name
 * this host. Transcripts are written to a folder of the server's own when they are first asked for, and again when there
 * are more.
 */
import { FileSystem, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Clock, Effect, Schema } from "effect"
import { createServer } from "node:http"
import { join } from "node:path"
import { Home } from "../../src/index.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import type { Study } from "../Study.ts"
import { writeTranscripts } from "../transcriptFiles.ts"
import { livePages } from "./livePage.ts"
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
  let shown: { readonly version: string; readonly pages: ReadonlyArray<LivePage> } | undefined
  /** Versions of the transcripts that are there, by the folders of their reports. */
  const written = new Map<string, string>()
  const inHome = Effect.provide(Home.Home.layerReader(home))

  /** As it is now, or was a moment ago. */
  const standing = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (looked !== undefined && now - looked.at < freshMillis) return looked.standing
    const found = yield* runStanding(study)
    looked = { at: now, standing: found }
    return found
  })
  const pages = Effect.gen(function* () {
    const now = yield* standing
    if (shown?.version === now.version) return shown.pages
    const made = yield* livePages(study, config, now)
    shown = { version: now.version, pages: made }
    return made
  })
  /** Of the pages that were shown last: a reader goes on with those that belong to them. */
  const transcript = Effect.fnUntraced(function* (report: string, name: string) {
    const page = (shown?.pages ?? (yield* pages)).find(({ folder }) => folder === report)
    const version = shown?.version
    if (page === undefined || page.data === null || version === undefined) return notFound
    const place = join(folder, report, "transcripts")
    if (written.get(report) !== version) {
      yield* writeTranscripts(page.data, page.facts, place)
      written.set(report, version)
    }
    const file = join(place, name)
    if (!(yield* files.exists(file))) return notFound
    return text(200, "text/javascript", yield* files.readFileString(file))
  })

  return (path: string) =>
    Effect.gen(function* () {
      const [, report = "", rest = ""] = /^\/(?:([a-z0-9-]+)\/)??((?:transcripts\/)?[^/]*)$/.exec(path) ?? []
      if (rest === "version") {
        const { version, words } = yield* standing
        return text(200, "application/json", JSON.stringify({ version, words }))
      }
      if (rest === "" || rest === "report.html") {
        const page = (yield* pages).find(({ folder }) => folder === report)
        return page === undefined ? notFound : text(200, "text/html", page.html)
      }
      const name = /^transcripts\/((?:index|talks-\d+)\.js)$/.exec(rest)?.[1]
      return name === undefined ? notFound : yield* transcript(report, name)
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
