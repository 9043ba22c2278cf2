import { biome } from './biome.ts'
import { clippy } from './clippy.ts'
import { eslint } from './eslint.ts'
import { goVet } from './go-vet.ts'
import { golangciLint } from './golangci-lint.ts'
import { hadolint } from './hadolint.ts'
import type { Linter } from './linter.ts'
import { markdownlint } from './markdownlint.ts'
import { mypy } from './mypy.ts'
import { oxlint } from './oxlint.ts'
import { prettier } from './prettier.ts'
import { pyright } from './pyright.ts'
import { rubocop } from './rubocop.ts'
import { ruffFormat } from './ruff-format.ts'
import { ruff } from './ruff.ts'
import { shellcheck } from './shellcheck.ts'
import { stylelint } from './stylelint.ts'
import { tsc } from './tsc.ts'

/** In the order in which they run and reports name them: compilers, linters, formatters last, because they lay out what the others repaired. */
export const linters: readonly Linter[] = [
  tsc,
  mypy,
  pyright,
  goVet,
  clippy,
  eslint,
  oxlint,
  biome,
  stylelint,
  markdownlint,
  ruff,
  golangciLint,
  rubocop,
  shellcheck,
  hadolint,
  prettier,
  ruffFormat,
]
