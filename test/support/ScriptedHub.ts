/** A Hugging Face hub with one data set, on this machine: the list of files, their content with ranges, and its faults. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

export interface HubFault {
  /** Refuses every request that comes without this token. */
  readonly token?: string
  /** Breaks the first so many answers with content off after half of what was asked. */
  readonly breaks?: number
  /** Says another checksum than the content has. */
  readonly wrongChecksum?: boolean
  /** Answers with this status the first so many times. */
  readonly status?: { readonly code: number; readonly times: number }
  /** Sends everything whatever range is asked. */
  readonly ignoresRanges?: boolean
}

/** `files` by path. Names that end in .jsonl are small files of git, the others large ones with a SHA-256. */
export const scriptedHub = (files: Readonly<Record<string, Uint8Array>>, fault: HubFault = {}) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ url: string; asked: Array<Asked>; close: () => void }>((resolve) => {
          const asked: Array<Asked> = []
          const answer = answerer(files, fault)
          const server = createServer((request, response) => {
            const { range, authorization } = request.headers
            asked.push({ path: request.url ?? "", range, authorization })
            answer(request, response)
          })
          server.listen(0, "127.0.0.1", () => {
            const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
            resolve({ url, asked, close: () => void (server.closeAllConnections(), server.close()) })
          })
        }),
    ),
    ({ close }) => Effect.sync(close),
  )

const answerer = (files: Readonly<Record<string, Uint8Array>>, fault: HubFault) => {
  let [breaks, statuses] = [fault.breaks ?? 0, fault.status?.times ?? 0]
  return (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", "http://hub")
    if (fault.token !== undefined && request.headers.authorization !== `Bearer ${fault.token}`)
      return send(response, 401, { error: "Access to dataset is restricted" })
    if (fault.status !== undefined && statuses-- > 0) return send(response, fault.status.code, { error: "busy" })
    if (url.pathname.startsWith("/api/datasets/")) {
      const below = /\/tree\/[^/]+\/?(.*)$/.exec(url.pathname)?.[1] ?? ""
      const found = Object.entries(files).filter(([path]) => path.startsWith(below))
      return send(
        response,
        200,
        found.map(([path, content]) => entry(path, content, fault.wrongChecksum === true)),
      )
    }
    const content = files[decodeURIComponent(/\/resolve\/[^/]+\/(.*)$/.exec(url.pathname)?.[1] ?? "")]
    if (content === undefined) return send(response, 404, { error: "Entry not found" })
    const from = fault.ignoresRanges === true ? 0 : Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0)
    const part = content.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": part.length,
      ...(from > 0 ? { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    })
    if (breaks-- <= 0) return response.end(part)
    response.write(part.subarray(0, part.length >> 1), () => response.destroy())
  }
}

const entry = (path: string, content: Uint8Array, wrong: boolean) => {
  const sha256 = createHash("sha256").update(content)
  if (wrong) sha256.update("another")
  const oid = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex")
  const lfs = { oid: sha256.digest("hex"), size: content.length, pointerSize: 134 }
  return { type: "file", path, size: content.length, oid, ...(path.endsWith(".jsonl") ? {} : { lfs }) }
}

const send = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}
