import { assert, describe, it } from "vitest"
import { callKey } from "../../src/journal/CallKey.ts"
import type { CallIdentity } from "../../src/journal/CallKey.ts"

const identity: CallIdentity = {
  kind: "chat",
  model: "judge@2026-01-01",
  body: { model: "judge", messages: [{ role: "user", content: "hi" }], temperature: 1, seed: 1 },
  sampleIndex: 0,
  scope: "",
}

const withBody = (fields: Readonly<Record<string, unknown>>) => ({ ...identity, body: { ...identity.body, ...fields } })

describe("callKey", () => {
  it.each<[string, CallIdentity]>([
    ["kind", { ...identity, kind: "completion" }],
    ["model identity", { ...identity, model: "judge@2026-02-01" }],
    ["sample index", { ...identity, sampleIndex: 1 }],
    ["scope", { ...identity, scope: "run-1" }],
    ["messages", withBody({ messages: [] })],
    ["temperature", withBody({ temperature: 0 })],
    ["top_p", withBody({ top_p: 0.9 })],
    ["max_tokens", withBody({ max_tokens: 10 })],
    ["seed", withBody({ seed: 2 })],
    ["stop", withBody({ stop: ["\n"] })],
    ["response_format", withBody({ response_format: { type: "json_object" } })],
    ["tools", withBody({ tools: [] })],
    ["logprobs", withBody({ logprobs: true })],
    ["a field that no list knows", withBody({ chat_template_kwargs: { enable_thinking: false } })],
  ])("changes with the %s", (_, changed) => {
    assert.notStrictEqual(callKey(changed), callKey(identity))
  })

  it.each([
    ["the endpoint's name for the model", { model: "renamed" }],
    ["user", { user: "me" }],
    ["metadata", { metadata: { run: "1" } }],
    ["timeout", { timeout: 5 }],
    ["stream", { stream: true, stream_options: { include_usage: true } }],
    ["service_tier", { service_tier: "flex" }],
    ["store", { store: true }],
    ["prompt_cache_key", { prompt_cache_key: "k" }],
    ["safety_identifier", { safety_identifier: "s" }],
  ])("does not change with %s", (_, fields) => {
    assert.strictEqual(callKey(withBody(fields)), callKey(identity))
  })
})
