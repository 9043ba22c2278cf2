import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Real git, real engines and real servers: more workers than cores only makes each of them slower.
    maxWorkers: 2,
    coverage: {
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'json'],
      reportOnFailure: true,
    },
  },
})
