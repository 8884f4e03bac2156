/** Where the hub is, and who asks: secrets leave here in a header only, and are known to what words errors. */
import { Effect, Option, Redacted } from "effect"
import { HubMisconfigured } from "./hubErrors.ts"

export interface HubAccess {
  /** Without user, password and last slash. */
  readonly endpoint: string
  readonly secrets: ReadonlyArray<Redacted.Redacted>
  /** To the hub alone: a redirect to another host loses the header. */
  readonly send: typeof fetch
}

/** Reads HF_ENDPOINT and HF_TOKEN; fails before anything is asked, without quoting them. */
export const hubAccess = (
  endpoint: string,
  token: Option.Option<Redacted.Redacted>,
): Effect.Effect<HubAccess, HubMisconfigured> =>
  Effect.gen(function* () {
    const { address, user, password } = yield* Effect.try({
      try: () => partsOf(endpoint.trim()),
      catch: () =>
        HubMisconfigured.make({ setting: "HF_ENDPOINT", detail: "it is no address such as https://huggingface.co" }),
    })
    const bearer = Option.match(token, { onNone: () => "", onSome: (given) => Redacted.value(given).trim() })
    if (!/^[\x21-\x7e]*$/.test(bearer)) {
      const detail = "it has spaces, line breaks or letters beyond ASCII in it, and a token is one word"
      return yield* HubMisconfigured.make({ setting: "HF_TOKEN", detail })
    }
    const basic = user + password === "" ? "" : Buffer.from(`${user}:${password}`).toString("base64")
    const authorization = bearer !== "" ? `Bearer ${bearer}` : basic !== "" ? `Basic ${basic}` : undefined
    return {
      endpoint: address,
      secrets: [bearer, basic, password, encodeURIComponent(password)].filter((text) => text !== "").map(Redacted.make),
      send: (url, init = {}) => {
        const headers = new Headers(init.headers)
        if (authorization !== undefined) headers.set("authorization", authorization)
        return fetch(url, { ...init, headers })
      },
    }
  })

/** Throws at what is no address of a server. */
const partsOf = (endpoint: string) => {
  const url = new URL(endpoint)
  if (!/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") throw new Error("no address")
  const { origin, pathname, username, password } = url
  return {
    address: `${origin}${pathname}`.replace(/\/+$/, ""),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  }
}
