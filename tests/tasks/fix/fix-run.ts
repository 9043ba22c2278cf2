import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Report } from '../../../src/domain/report.ts'
import { fixResultSchema } from '../../../src/domain/result.ts'
import type { FixRequest } from '../../../src/tasks/fix/fix.ts'
import { temporaryRepository, type TemporaryRepository } from '../../helpers/git-repository.ts'
import { installed } from '../../helpers/linter-runner.ts'

export const request: FixRequest = {
  scope: { kind: 'paths', covers: () => true },
  filter: { rules: [], tools: [], severity: 'note' },
  isExcluded: () => false,
  linters: 'auto',
  attempts: 3,
  model: 'wanted',
  apply: true,
  commit: 'none',
  commandTimeout: 60_000,
  testCommand: null,
}

const eslintConfig = `export default [{ rules: {
  'no-var': 'error', eqeqeq: 'error', 'no-unused-vars': 'error', 'no-empty': 'warn', 'no-debugger': 'error', 'no-undef': 'error',
} }]
`
const manifest = JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'node --test' }, devDependencies: { eslint: '*' } })

/** A repository with the tools that are installed here as its own. */
export function project(files: Record<string, string>): TemporaryRepository {
  const repository = temporaryRepository({
    files: { '.gitignore': 'node_modules\n', 'package.json': manifest, 'eslint.config.js': eslintConfig, ...files },
  })
  onTestFinished(repository.remove)
  mkdirSync(join(repository.root, 'node_modules'))
  symlinkSync(join(installed, '.bin'), join(repository.root, 'node_modules/.bin'))
  return repository
}

/** Every tracked file with its hash, and what git says of the tree. */
export function fingerprint(repository: TemporaryRepository): unknown {
  const paths = repository.git('ls-files', '-co', '--exclude-standard', '-z').split('\0').filter(Boolean)
  const hashes = paths.map((path) => [
    path,
    createHash('sha256')
      .update(readFileSync(join(repository.root, path)))
      .digest('hex'),
  ])
  return [repository.git('status', '--porcelain'), repository.git('rev-parse', 'HEAD'), hashes]
}

export const textIn = (repository: { root: string }, path: string) => readFileSync(join(repository.root, path), 'utf8')
export const resultOf = (report: Report) => fixResultSchema.parse(report.result)
export const fence = (text: string) => `\`\`\`js\n${text}\`\`\`\n`
