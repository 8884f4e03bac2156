/** Messages for people, on stderr: live lines at the bottom of a terminal, plain lines everywhere else. */
import { Cause, Effect, Logger } from "effect"

/** Without a terminal the live lines are printed, as one, at most so often. */
const plainEveryMillis = 30_000

export const terminal = () => {
  const isTerminal = process.stderr.isTTY === true
  let shown = 0
  let printed = Date.now()
  const write = (text: string) => process.stderr.write(text)
  const erase = () => {
    if (shown > 0) write(`\r\u001b[${shown > 1 ? `${shown - 1}A` : "0C"}\u001b[0J`)
    shown = 0
  }
  const print = (line: string) => {
    erase()
    write(`${line}\n`)
  }
  const width = () => (process.stderr.columns ?? 80) - 1
  return {
    say: (line: string) => Effect.sync(() => print(line)),
    /** Replaces the live lines. `plain` says the same in one line. */
    live: (lines: ReadonlyArray<string>, plain: string) =>
      Effect.sync(() => {
        if (isTerminal) {
          erase()
          write(lines.map((line) => line.slice(0, width())).join("\n"))
          shown = lines.length
        } else if (Date.now() - printed >= plainEveryMillis) {
          printed = Date.now()
          write(`${plain}\n`)
        }
      }),
    clear: Effect.sync(erase),
    /** Logs between the live lines, not through them. */
    logger: Logger.make(({ message, logLevel, cause }) => {
      const text = (Array.isArray(message) ? message : [message]).map(String).join(" ")
      print(
        `${logLevel.label.toLowerCase()}: ${[text, ...(Cause.isEmpty(cause) ? [] : [Cause.pretty(cause)])].join("\n")}`,
      )
    }),
  }
}

export type Terminal = ReturnType<typeof terminal>
