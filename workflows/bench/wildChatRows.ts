/** Made-up logs in the shape of WildChat-1M, the same for the same seed: for measuring, not for reading. */
import { randomFrom } from "../../src/domain/Seed.ts"
import type { Generator } from "../../src/domain/Seed.ts"
import { createHash } from "node:crypto"
import { closeSync, openSync, writeSync } from "node:fs"

/**
 * Writes JSONL of about 3.5 kB a row. As in WildChat, openings have 29 words in the middle and 100 on average, and most
 * conversations one or two exchanges. 70% are English, 2% are there twice, 8% of the openings are from 30 templates, and
 * a user has 2.6 rows on average, most of them fewer. Gives the bytes written.
 */
export const writeWildChatRows = (file: string, rows: number, seed = 1): number => {
  const random = randomFrom(seed)
  const vocabulary = Array.from({ length: 20_000 }, () => word(random))
  const templates = Array.from({ length: 30 }, () => text(random, vocabulary, 40))
  const out = openSync(file, "w")
  let [bytes, pending, repeated] = [0, "", ""]
  for (let row = 0; row < rows; row++) {
    const again = repeated !== "" && random.next() < 0.02
    const line = again ? repeated : JSON.stringify(wildChatRow(random, vocabulary, templates, rows))
    if (random.next() < 0.1) repeated = line
    pending += `${line}\n`
    if (pending.length < 1 << 20 && row + 1 < rows) continue
    bytes += writeSync(out, pending)
    pending = ""
  }
  closeSync(out)
  return bytes
}

const wildChatRow = (
  random: Generator,
  vocabulary: ReadonlyArray<string>,
  templates: ReadonlyArray<string>,
  rows: number,
) => {
  const language = random.next() < 0.7 ? "English" : random.choice(["Chinese", "Russian", "French", "Spanish"])
  // Squared: few users with many rows.
  const user = Math.floor(random.next() ** 2 * (rows / 2))
  const hashed_ip = createHash("sha256").update(`user ${user}`).digest("hex")
  const country = countries[user % countries.length]
  const turn = 1 + (random.next() < 0.4 ? 1 : 0) + (random.next() < 0.2 ? 1 : 0)
  const seconds = 1_680_000_000 + random.int(30_000_000)
  const opening = random.next() < 0.08 ? `${random.choice(templates)} ` : ""
  const header = { "accept-language": "en-US,en;q=0.9", "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" }
  const conversation = Array.from({ length: turn }, (_, i) => [
    {
      content:
        (i === 0 ? opening : "") +
        text(random, vocabulary, i === 0 ? length(random, 29, 1.6) : length(random, 17, 1.4)),
      country,
      hashed_ip,
      header,
      language,
      redacted: false,
      role: "user",
      state: null,
      timestamp: null,
      toxic: false,
      turn_identifier: random.int(1e6),
    },
    {
      content: text(random, vocabulary, length(random, 130, 0.6)),
      country: null,
      hashed_ip: null,
      header: null,
      language,
      redacted: false,
      role: "assistant",
      state: null,
      timestamp: seconds,
      toxic: false,
      turn_identifier: random.int(1e6),
    },
  ]).flat()
  return {
    conversation_hash: createHash("sha256").update(`${random.next()}`).digest("hex").slice(0, 32),
    model: "gpt-3.5-turbo-0613",
    timestamp: new Date(seconds * 1000).toISOString(),
    conversation,
    turn,
    language,
    toxic: false,
    redacted: false,
    state: null,
    country,
    hashed_ip,
    header,
  }
}

const countries = [
  "United States",
  "Russia",
  "China",
  "United Kingdom",
  "Germany",
  "France",
  "Canada",
  "Egypt",
  "Malta",
]

/** Words, log-normal: half of all texts are longer than the middle value, and a few a hundred times as long. */
const length = (random: Generator, middle: number, spread: number) => {
  const normal = Array.from({ length: 12 }, random.next).reduce((sum, one) => sum + one, -6)
  return Math.min(4000, Math.max(1, Math.round(middle * Math.exp(spread * normal))))
}

const word = (random: Generator) =>
  Array.from({ length: 2 + random.int(7) }, () => "etaoinshrdlucmfwypvbgk"[random.int(22)]).join("")

const text = (random: Generator, vocabulary: ReadonlyArray<string>, words: number) =>
  Array.from({ length: words }, (_, i) => `${random.choice(vocabulary)}${i % 9 === 8 ? ".\n" : ""}`).join(" ")
