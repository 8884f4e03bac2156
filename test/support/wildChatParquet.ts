/** WildChat rows as a parquet file: nested messages, columns that nobody asks for, several row groups. */
import { parquetWriteBuffer } from "hyparquet-writer"
import { gzipSync } from "node:zlib"

export interface WildChatRow {
  readonly conversation_hash: string
  readonly conversation: ReadonlyArray<{ readonly role: string; readonly content: string }>
  readonly hashed_ip: string | null
  readonly language: string | null
  readonly country: string | null
}

const text = (name: string) =>
  ({ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" }) as const

export const wildChatParquet = (rows: ReadonlyArray<WildChatRow>, rowGroupSize = 3): Uint8Array => {
  const column = (name: keyof WildChatRow) => ({ name, data: rows.map((row) => row[name]) as Array<unknown> })
  const buffer = parquetWriteBuffer({
    columnData: [
      column("conversation_hash"),
      { name: "model", data: rows.map(() => "gpt-4") },
      column("conversation"),
      column("hashed_ip"),
      column("language"),
      column("country"),
    ],
    schema: [
      { name: "root", num_children: 6 },
      text("conversation_hash"),
      text("model"),
      { name: "conversation", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
      text("content"),
      text("role"),
      text("hashed_ip"),
      text("language"),
      text("country"),
    ],
    codec: "GZIP",
    compressors: { GZIP: (input) => gzipSync(input) },
    rowGroupSize,
  })
  return new Uint8Array(buffer)
}

export const wildChatRow = (i: number): WildChatRow => ({
  conversation_hash: `c${i}`,
  conversation: [
    { role: "user", content: `What is number ${i}?` },
    { role: "assistant", content: `It comes after ${i - 1}, "of course" – as ever.` },
  ],
  hashed_ip: `u${i % 5}`,
  language: "English",
  country: i % 2 === 0 ? "Malta" : null,
})
