import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { conditions: ["understudy-source"] },
  ssr: { resolve: { conditions: ["understudy-source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    // These want the whole machine: see vitest.real.config.ts.
    exclude: ["test/**/*.real.test.ts", "test/crash/kill.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
    // By default one core is left alone, which is half of a small machine.
    minWorkers: 1,
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
