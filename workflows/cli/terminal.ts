/** Messages for people, on stderr: one live line at the bottom of a terminal, plain lines everywhere else. */
import { Effect } from "effect"

/** Without a terminal a live line is printed at most so often. */
const plainEveryMillis = 30_000

export const terminal = () => {
  const isTerminal = process.stderr.isTTY === true
  let shown = ""
  let printed = Date.now()
  const write = (text: string) => process.stderr.write(text)
  const erase = () => {
    if (shown !== "") write("\r\u001b[2K")
    shown = ""
  }
  return {
    say: (line: string) =>
      Effect.sync(() => {
        erase()
        write(`${line}\n`)
      }),
    live: (line: string) =>
      Effect.sync(() => {
        if (isTerminal) {
          erase()
          shown = line.slice(0, (process.stderr.columns ?? 80) - 1)
          write(shown)
        } else if (Date.now() - printed >= plainEveryMillis) {
          printed = Date.now()
          write(`${line}\n`)
        }
      }),
    clear: Effect.sync(erase),
  }
}
