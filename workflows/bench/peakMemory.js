// Preloaded into a process that is measured: leaves its peak memory in bytes, on a line of its own, when it ends.
import { appendFileSync, readFileSync } from "node:fs"

const peak = () => {
  try {
    // Of this program alone: what resourceUsage gives on Linux includes the process that it was forked from.
    const status = readFileSync("/proc/self/status", "utf8")
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)[1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

process.on("exit", () => appendFileSync(process.env.UNDERSTUDY_BENCH_PEAKS, `${peak()}\n`))
