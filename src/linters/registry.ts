import { eslint } from './eslint.ts'
import type { Linter } from './linter.ts'

/** In the order in which reports name them. */
export const linters: readonly Linter[] = [eslint]
