/** The end of a conversation as simulated users say it in text (paper 1.2, 1.3). */
import type { Spoken, UserTurn } from "./Speaker.ts"

/** What a simulator writes when its user is satisfied, or can't be helped. */
export const endMarker = "<|endconversation|>"

/** A user's answer by its text: text before a marker is a closing word, what comes after it is junk (paper 3.4). */
export const readTurn = (text: string, spoken: Spoken, marker = endMarker): UserTurn => {
  const at = text.indexOf(marker)
  if (at < 0) return { _tag: "Said", text: text.trim(), ...spoken }
  const closing = text.slice(0, at).trim()
  return { _tag: "Left", closing: closing === "" ? null : closing, ...spoken }
}
