import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { DraftFinding } from '../../../src/domain/finding.ts'
import type { Report } from '../../../src/domain/report.ts'
import { fixResultSchema } from '../../../src/domain/result.ts'
import type { GenerateRequest } from '../../../src/engine/engine.ts'
import { problemsOf } from '../../../src/tasks/fix/reported-problem.ts'
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

/** What a model claims of one line of a file, as a review would report it. */
export function claim(path: string, line: number, evidence: string, parts: Partial<DraftFinding> = {}): DraftFinding {
  const category = parts.source?.rule ?? 'null'
  return {
    rule: `review/${category}`,
    severity: 'error',
    confidence: null,
    title: 'It may be missing',
    message: 'An empty list has no first entry. Happens when: the list is empty.',
    region: { path, startLine: line, endLine: line },
    evidence,
    source: { kind: 'model', name: 'scripted', rule: category },
    proof: { kind: 'model', detail: 'The model quoted it.' },
    replacement: null,
    ...parts,
  }
}

/** What a check found on one line of a file. */
export function checked(name: string, path: string, line: number | null, evidence: string): DraftFinding {
  return claim(path, line ?? 1, evidence, {
    rule: `check/${name}`,
    region: { path, startLine: line, endLine: line },
    source: { kind: 'check', name: 'check', rule: name },
    proof: { kind: 'static', detail: 'A check found it.' },
  })
}

/** Repairs what these findings tell. */
export const requestFor = (...findings: readonly DraftFinding[]): FixRequest => ({
  ...request,
  scope: { kind: 'report', problems: problemsOf(findings) },
})

/** Which of its questions a request asks. */
export function questionOf({ messages: [first] }: GenerateRequest): 'claim' | 'repair' | 'review' {
  const text = first && 'text' in first ? first.text : ''
  if (text.includes('one claim about it')) return 'claim'
  return text.includes('You repair problems') ? 'repair' : 'review'
}

/** What a model says of a claim. */
export const verdict = (said: 'present' | 'absent' | 'cannot_tell', quote: string, reason = 'It is so.') =>
  JSON.stringify({ quote, reason, verdict: said })
