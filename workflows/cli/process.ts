/** How the process ends: in order on a signal, and its messages apart from its results. */
import { Logger } from "effect"
import { relative, resolve } from "node:path"

/** Logs of the engine and of stages go to stderr: stdout holds results alone. */
export const stderrLogger = Logger.prettyLogger({ stderr: true })
export const logsOnStderr = Logger.replace(Logger.defaultLogger, stderrLogger)

/** Signals within this time are one: a terminal sends Ctrl-C to this process and to the one that passes it on. */
const oneSignalMillis = 1000

/**
 * The first signal interrupts what runs (`NodeRuntime.runMain` does that); a later one leaves at once. The loss of the
 * terminal or of the process that started this one counts as a signal. To be called before `runMain`.
 */
export const stopInOrder = () => {
  let first: number | undefined
  const stop = () => {
    const now = Date.now()
    if (first !== undefined && now - first > oneSignalMillis) process.exit(130)
    if (first === undefined) setTimeout(() => console.error("Stopping; Ctrl-C again leaves at once."), 300).unref()
    first ??= now
  }
  process.on("SIGINT", stop)
  process.on("SIGTERM", stop)
  const terminate = () => process.emit("SIGTERM", "SIGTERM")
  process.on("SIGHUP", terminate)
  process.on("disconnect", terminate)
  process.channel?.unref()
  // Whoever read the output may be gone: `understudy plan ... | head`.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
}

/** A command that a person can type to call this program with these arguments, or the one that did so for them. */
export const commandLine = (args: ReadonlyArray<string>): string => {
  const resume = process.env["UNDERSTUDY_RESUME"]
  if (resume !== undefined) return resume
  const called = process.env["UNDERSTUDY_CALLED"] ?? ""
  const program = called.endsWith(".js")
    ? ["node", relative(process.cwd(), resolve(called))]
    : called.includes("node_modules")
      ? ["npx", "understudy"]
      : ["understudy"]
  return [...program, ...args].map(quoted).join(" ")
}

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
