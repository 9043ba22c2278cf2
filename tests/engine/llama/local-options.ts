import type { LocalOptions } from '../../../src/engine/llama/local-options.ts'

/** Options for tests: one thread on the processor, because on a shared machine every further one costs a factor of a thousand. */
export function localOptions(modelPath: string, more: Partial<LocalOptions> = {}): LocalOptions {
  return {
    modelPath,
    digest: null,
    name: null,
    contextTokens: null,
    gpu: 'off',
    threads: 1,
    parallel: null,
    environment: process.env,
    ...more,
  }
}
