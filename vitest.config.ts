import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { conditions: ["understudy-source"] },
  ssr: { resolve: { conditions: ["understudy-source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.real.test.ts"],
    testTimeout: 30_000,
    pool: "forks",
  },
})
