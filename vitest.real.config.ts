// The tests that train the real model, and those that kill runs: one after the other, since each wants the whole machine.
import { mergeConfig } from "vitest/config"
import base from "./vitest.config.ts"

const config = mergeConfig(base, { test: { fileParallelism: false } })
config.test = { ...config.test, include: ["test/**/*.real.test.ts", "test/crash/kill.test.ts"], exclude: [] }
export default config
