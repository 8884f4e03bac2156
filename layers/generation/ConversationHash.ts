/** The conversation hash of WildChat: one name for one exchange of messages, whoever logged it. */
import { sha256Hex } from "../../src/domain/CanonicalJson.ts"

/**
 * First 32 hex digits of the SHA-256 of `pythonJson`. Roles and contents count, in order; other fields do not.
 * Equals `conversation_hash` of WildChat-1M.
 */
export const conversationHash = (messages: ReadonlyArray<Said>): string => sha256Hex(pythonJson(messages)).slice(0, 32)

/** The messages as `json.dumps` of CPython writes `[{"content": ..., "role": ...}, ...]` with its defaults: ASCII only. */
export const pythonJson = (messages: ReadonlyArray<Said>): string =>
  `[${messages.map(({ content, role }) => `{"content": ${quote(content)}, "role": ${quote(role)}}`).join(", ")}]`

interface Said {
  readonly role: string
  readonly content: string
}

/** `JSON.stringify` escapes what lies below U+0020, and lone surrogates; CPython all code units from U+007F on too. */
const quote = (text: string) =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
