import { biome } from './biome.ts'
import { eslint } from './eslint.ts'
import type { Linter } from './linter.ts'
import { markdownlint } from './markdownlint.ts'
import { oxlint } from './oxlint.ts'
import { prettier } from './prettier.ts'
import { stylelint } from './stylelint.ts'
import { tsc } from './tsc.ts'

/** In the order in which they run and reports name them: compilers, linters, formatters last, because they lay out what the others repaired. */
export const linters: readonly Linter[] = [tsc, eslint, oxlint, biome, stylelint, markdownlint, prettier]
