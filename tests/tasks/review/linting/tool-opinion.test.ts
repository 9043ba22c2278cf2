import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { contradiction } from '../../../../src/tasks/review/linting/tool-opinion.ts'
import { draftFinding } from '../../../helpers/drafts.ts'
import { temporaryRepository } from '../../../helpers/git-repository.ts'
import { reviewStaged } from '../../../helpers/review-run.ts'
import { scriptedEngine } from '../../../helpers/scripted-engine.ts'

const installed = join(import.meta.dirname, '../../../node_modules')
const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, noEmit: true, target: 'es2022', module: 'nodenext', skipLibCheck: true, types: [] },
  include: ['src'],
})

/** A project with a compiler of its own, as `npm install` leaves it. */
function project(staged: Record<string, string>) {
  const files = {
    'package.json': '{"type":"module"}',
    'tsconfig.json': tsconfig,
    '.gitignore': 'node_modules\n',
    'src/a.ts': 'export {}\n',
  }
  const repository = temporaryRepository({ files })
  onTestFinished(repository.remove)
  mkdirSync(join(repository.root, 'node_modules/.bin'), { recursive: true })
  symlinkSync(join(installed, '.bin/tsc'), join(repository.root, 'node_modules/.bin/tsc'))
  symlinkSync(join(installed, 'typescript'), join(repository.root, 'node_modules/typescript'))
  repository.stage(staged)
  return repository
}

const says = (title: string, quote: string, line: number) =>
  scriptedEngine(() =>
    JSON.stringify({
      findings: [{ quote, line, trigger: 'any call', effect: title, category: 'type', severity: 'error', title }],
      none: false,
    }),
  ).handle

const fine = 'const names: string[] = []\nexport const first = names.at(0)\n'
const wrong = 'const names: string[] = []\nexport const first = names.att(0)\n'

describe('a claim that a compiler would have made', () => {
  it('is refuted where the compiler of the project looks at the line and says nothing', async () => {
    const repository = project({ 'src/a.ts': fine })
    const { findings } = await reviewStaged(repository, { engine: says('`at` is not a function', 'names.at(0)', 2) })
    expect(findings.map(({ suppressed }) => suppressed)).toEqual([{ by: 'refuted', reason: 'tsc finds nothing mistyped here.' }])
  })

  it('stands where the compiler says so as well', async () => {
    const repository = project({ 'src/a.ts': wrong })
    const { findings } = await reviewStaged(repository, { engine: says('It is not a function', 'names.att(0)', 2) })
    const claimed = findings.filter(({ source }) => source.kind === 'model')
    expect(claimed.map(({ suppressed }) => suppressed?.by)).not.toContain('refuted')
  })

  it('is held against what is staged, where the working file is another', async () => {
    const repository = project({ 'src/a.ts': fine })
    writeFileSync(join(repository.root, 'src/a.ts'), `${wrong}// not staged\n`)
    const { findings } = await reviewStaged(repository, { engine: says('`at` is not a function', 'names.at(0)', 2) })
    expect(findings.map(({ suppressed }) => suppressed)).toEqual([{ by: 'refuted', reason: 'tsc finds nothing mistyped here.' }])
  })

  it('stands where the configuration says that linters are not to be asked', async () => {
    const repository = project({ 'src/a.ts': fine })
    const config = { review: { linters: false } }
    const { findings } = await reviewStaged(repository, { engine: says('`at` is not a function', 'names.at(0)', 2), config })
    expect(findings.map(({ suppressed }) => suppressed)).toEqual([null])
  })
})

describe('contradiction', () => {
  const finding = draftFinding({ title: 'x is unused' })
  const line = finding.region.startLine ?? 1
  const heard = (tool: string, startLine: number, more = {}) => ({
    tool,
    rule: null,
    severity: 'error' as const,
    path: finding.region.path,
    range: { startLine, startColumn: null, endLine: startLine, endColumn: null },
    message: '',
    isFatal: false,
    isFixable: false,
    ...more,
  })

  it('needs a witness that sees such a defect', () => {
    expect(contradiction('unused', finding, { tools: ['prettier', 'tsc'], diagnostics: [] })).toBeNull()
    expect(contradiction('unused', finding, { tools: ['eslint', 'oxlint'], diagnostics: [] })).toBe(
      'eslint and oxlint find nothing unused here.',
    )
  })

  it('hears what is said about these lines, about the whole file, and that the file could not be read', () => {
    const tools = ['eslint']
    for (const diagnostic of [heard('eslint', line), heard('eslint', 1, { range: null }), heard('eslint', line + 50, { isFatal: true })])
      expect(contradiction('unused', finding, { tools, diagnostics: [diagnostic] })).toBeNull()
    for (const diagnostic of [heard('eslint', line + 50), heard('prettier', line), heard('eslint', line, { path: 'other.ts' })])
      expect(contradiction('unused', finding, { tools, diagnostics: [diagnostic] })).not.toBeNull()
  })
})
