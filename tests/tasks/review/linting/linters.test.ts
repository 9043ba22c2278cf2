import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Report } from '../../../../src/domain/report.ts'
import { openMemory } from '../../../../src/memory/sqlite.ts'
import { type LintedRepository, lintedRepository, realTool } from '../../../helpers/linted-repository.ts'
import { ask } from '../../../helpers/programs.ts'
import { reviewStaged } from '../../../helpers/review-run.ts'
import { missing } from '../../../helpers/sandbox-requirements.ts'
import { asked, scriptedEngine } from '../../../helpers/scripted-engine.ts'

const eslintConfig = (rules: string) => `export default [{ files: ['**/*.js'], rules: { ${rules} } }]\n`
const noDebugger = { 'eslint.config.js': eslintConfig(`'no-debugger': 'error', 'no-var': 'warn'`) }

function repositoryOf(files: Readonly<Record<string, string>>): LintedRepository {
  const repository = lintedRepository(files)
  onTestFinished(repository.remove)
  return repository
}

function memory() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-memory-'))
  const opened = openMemory({ path: join(folder, 'memory.db'), maxAge: 1e9, maxBytes: 1e9 })
  onTestFinished(() => {
    opened.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return opened
}

/** What linters found, as `rule path:line`. */
const found = ({ findings }: Pick<Report, 'findings'>) =>
  findings
    .filter(({ source, suppressed }) => source.kind === 'linter' && suppressed === null)
    .map(({ rule, region }) => `${rule} ${region.path}:${region.startLine}`)

const silent = () => scriptedEngine(() => '{"findings":[],"none":true}')
const claiming = (claim: { quote: string; line: number; title: string; effect: string }) =>
  scriptedEngine(() => JSON.stringify({ findings: [{ trigger: 'any call', category: 'logic', severity: 'error', ...claim }], none: false }))

describe('what linters say about a change', () => {
  it('is a finding of its own, with the line it points at', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'export const one = 1\n' })
    repository.stage({ 'a.js': 'export const one = 1\n\tdebugger\n' })
    const { findings, completeness } = await reviewStaged(repository)
    expect(completeness).toBe('complete')
    expect(findings.filter(({ source }) => source.kind === 'linter')).toMatchObject([
      {
        rule: 'eslint/no-debugger',
        severity: 'error',
        confidence: 1,
        title: "Unexpected 'debugger' statement.",
        region: { path: 'a.js', startLine: 2, endLine: 2 },
        evidence: '\tdebugger',
        source: { kind: 'linter', name: 'eslint', rule: 'no-debugger' },
        proof: { kind: 'executed' },
        suppressed: null,
      },
    ])
  })

  it('is none where it was said before, on lines that only moved or were indented', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'var old = 1\nexport const two = () => {\nvar three = 3\nreturn three\n}\n' })
    repository.stage({ 'a.js': 'export const two = () => {\n    var three = 3\n    return three\n}\nvar old = 1\nvar fresh = 1\n' })
    expect(found(await reviewStaged(repository))).toEqual(['eslint/no-var a.js:6'])
  })

  it('is new where there is one more of it than before, and it is the one on the new line', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'export function a() {\n  debugger\n}\n' })
    repository.stage({ 'a.js': 'export function b() {\n  debugger\n}\nexport function a() {\n  debugger\n}\n' })
    expect(found(await reviewStaged(repository))).toHaveLength(1)
  })

  it('is held against what a renamed file said under its old name', async () => {
    const body = `${Array.from({ length: 9 }, (_, index) => `export const v${index} = ${index}`).join('\n')}\n`
    const repository = repositoryOf({ ...noDebugger, 'old.js': `var a = 1\n${body}` })
    repository.git('mv', 'old.js', 'new.js')
    repository.stage({ 'new.js': `${body}var a = 1\nvar b = 2\n` })
    expect(found(await reviewStaged(repository))).toEqual(['eslint/no-var new.js:11'])
  })

  it('comes from every tool that the project uses, and from none that it does not', async () => {
    const repository = repositoryOf({
      '.oxlintrc.json': '{ "rules": { "no-debugger": "error" }, "categories": { "correctness": "off" } }',
      'biome.json': '{ "linter": { "rules": { "suspicious": { "noDoubleEquals": "error" } } } }',
      '.stylelintrc.json': '{ "rules": { "block-no-empty": true } }',
      'tsconfig.json': '{ "compilerOptions": { "types": [], "noEmit": true, "strict": true }, "files": ["t.ts"] }',
      't.ts': 'export const n: number = 1\n',
    })
    repository.stage({ 'a.js': 'debugger\nexport const b = 1 == 2\n', 'a.css': 'a {}\n', 't.ts': 'export const n: number = "1"\n' })
    const rules = found(await reviewStaged(repository))
    expect(rules).toEqual(expect.arrayContaining(['stylelint/block-no-empty a.css:1', 'tsc/TS2322 t.ts:1']))
    expect(rules).toContain('biome/lint/suspicious/noDoubleEquals a.js:2')
    expect(rules.filter((rule) => rule.endsWith('a.js:1'))).toHaveLength(1)
    expect(rules.filter((rule) => rule.startsWith('eslint/'))).toEqual([])
  })

  it.skipIf(process.env.CI !== 'true' && (ask('ruff', '--version') === null || ask('shellcheck', '--version') === null))(
    'comes from tools on PATH as well (needs ruff and shellcheck)',
    async () => {
      const repository = repositoryOf({ 'ruff.toml': '[lint]\nselect = ["F"]\n', '.shellcheckrc': '', 'a.py': 'import os\n' })
      repository.stage({ 'a.py': 'import os\nimport sys\n', 'a.sh': '#!/bin/sh\necho $1\n' })
      expect(found(await reviewStaged(repository))).toEqual(['ruff/F401 a.py:2', 'shellcheck/SC2086 a.sh:2'])
    },
  )

  it('is left out of what formatters say, and of files that nobody wrote', async () => {
    const repository = repositoryOf({ ...noDebugger, '.prettierrc': '{}' })
    repository.stage({ 'a.js': 'export   const a=1\n', 'vendor/b.js': 'debugger\n', 'c.min.js': 'debugger\n' })
    expect(found(await reviewStaged(repository))).toEqual([])
  })
})

describe('the content that linters see', () => {
  it('is what is staged, and not the working file', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'export const a = 1\n', 'b.js': 'export const b = 1\n' })
    repository.stage({ 'a.js': 'debugger\n', 'b.js': 'export const b = 2\n' })
    writeFileSync(join(repository.root, 'a.js'), 'export const a = 1\n')
    writeFileSync(join(repository.root, 'b.js'), 'debugger\n')
    const before = repository.git('status', '--porcelain')
    expect(found(await reviewStaged(repository))).toEqual(['eslint/no-debugger a.js:1'])
    expect(repository.git('status', '--porcelain')).toBe(before)
  })

  it('does without a configuration that is not staged', async () => {
    const repository = repositoryOf({ 'a.js': 'export const a = 1\n', ...noDebugger })
    repository.stage({ 'a.js': 'debugger\nvar b = 1\n' })
    writeFileSync(join(repository.root, 'eslint.config.js'), eslintConfig(`'no-var': 'error'`))
    expect(found(await reviewStaged(repository))).toEqual(['eslint/no-debugger a.js:1', 'eslint/no-var a.js:2'])
  })

  it('is that of a commit, whatever is checked out', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'export const a = 1\n' })
    const id = repository.commit('Break it', { 'a.js': 'debugger\n' })
    repository.commit('Mend it', { 'a.js': 'export const a = 2\n' })
    const report = await reviewStaged(repository, { request: { selector: { kind: 'commit', rev: id } } })
    expect(found(report)).toEqual(['eslint/no-debugger a.js:1'])
  })

  it('is the working tree with its new files, where that is reviewed', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'export const a = 1\n' })
    repository.write('new.js', 'debugger\n')
    const report = await reviewStaged(repository, { request: { selector: { kind: 'uncommitted' } } })
    expect(found(report)).toEqual(['eslint/no-debugger new.js:1'])
  })

  it('comes with what git ignores, so that a compiler finds what was generated', async () => {
    const repository = repositoryOf({
      'tsconfig.json': '{ "compilerOptions": { "types": [], "noEmit": true, "module": "nodenext", "strict": true } }',
      '.gitignore': 'generated\nnode_modules\n',
      'a.ts': 'export {}\n',
    })
    repository.write('generated/schema.ts', 'export const schema = 1\n')
    repository.stage({ 'a.ts': "import { schema } from './generated/schema.ts'\nexport const x: string = schema\n" })
    repository.write('scratch.ts', 'export {}\n')
    const report = await reviewStaged(repository)
    expect(found(report).filter((rule) => rule.startsWith('tsc/TS2307'))).toEqual([])
    expect(found(report)).toContain('tsc/TS2322 a.ts:2')
  })
})

describe('a linter that cannot say what it should', () => {
  it.each([
    ['exit 7', /^eslint could not look at the change: eslint ended with exit code 7/],
    ['echo no report', /^eslint could not look at the change: .*cannot be read/],
  ])('is told when it runs `%s`, and neither hides the others nor ends the review', async (script, message) => {
    const repository = repositoryOf({ ...noDebugger, '.stylelintrc.json': '{ "rules": { "block-no-empty": true } }' })
    repository.install('eslint', script)
    repository.stage({ 'a.js': 'debugger\n', 'a.css': 'a {}\n' })
    const report = await reviewStaged(repository)
    expect(found(report)).toEqual(['stylelint/block-no-empty a.css:1'])
    expect(report.completeness).toBe('complete')
    expect(report.notices).toMatchObject([{ code: 'LINTER_FAILED', message: expect.stringMatching(message) }])
  })

  it('that the project depends on and does not configure is none of its linters', async () => {
    const repository = repositoryOf({ 'package.json': '{"type":"module","devDependencies":{"eslint":"10","stylelint":"17"}}' })
    repository.stage({ 'a.js': 'debugger\n', 'a.css': 'a {}\n' })
    expect((await reviewStaged(repository)).notices).toEqual([])
  })

  it('that the base did not configure had nothing to say about it', async () => {
    const repository = repositoryOf({
      'package.json': '{"type":"module","devDependencies":{"eslint":"10"}}',
      'a.js': 'var a = 1\nexport {}\n',
    })
    repository.stage({ ...noDebugger, 'a.js': 'export {}\nvar a = 1\n' })
    const report = await reviewStaged(repository)
    expect([found(report), report.notices]).toEqual([['eslint/no-var a.js:2'], []])
  })

  it('is told in a few of its words', async () => {
    const repository = repositoryOf(noDebugger)
    repository.install(
      'eslint',
      'for i in 1 2 3 4 5 6 7 8 9; do echo "A page of words, and a line of it, and another one." >&2; done; exit 7',
    )
    repository.stage({ 'a.js': 'debugger\n' })
    const [notice] = (await reviewStaged(repository)).notices
    expect(notice?.message).toMatch(/^eslint could not look at the change: [^\n]{300}$/)
  })

  it('is stopped when its part of the time is over, and the model is asked all the same', async () => {
    const repository = repositoryOf(noDebugger)
    repository.install('eslint', 'sleep 60')
    repository.stage({ 'a.js': 'debugger\n' })
    const { handle, requests } = silent()
    const report = await reviewStaged(repository, { engine: handle, maxTime: 20_000, config: { review: { maxTime: '3s' } } })
    expect(requests).toHaveLength(1)
    expect(report.completeness).toBe('complete')
    expect(report.notices).toMatchObject([
      {
        code: 'LINTER_FAILED',
        message: 'eslint has not looked at the change: the 1s that all linters together may take of this review were over.',
      },
    ])
  })

  it('that cannot parse a file says so, also where that is on no line of the change', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'export const a = 1\nexport const b = (\n' })
    repository.stage({ 'a.js': 'export const a = 2\nexport const b = (\n' })
    const report = await reviewStaged(repository)
    expect(found(report)).toEqual([])
    expect(report.notices).toMatchObject([
      { code: 'LINTER_FAILED', message: expect.stringMatching(/^eslint could not read a\.js, so nothing is known of it/) },
    ])
  })

  it('at the base leaves out what may be older than the change, and says so', async () => {
    const repository = repositoryOf({ 'eslint.config.js': 'throw new Error("not yet")\n', 'a.js': 'var a = 1\nexport const b = 2\n' })
    repository.stage({ ...noDebugger, 'a.js': 'export const b = 2\nvar a = 1\nvar c = 3\n' })
    const report = await reviewStaged(repository)
    expect(found(report)).toEqual(['eslint/no-var a.js:3'])
    expect(report.notices).toMatchObject([{ code: 'LINTER_FAILED', message: expect.stringMatching(/^eslint could not look at the base/) }])
  })
})

describe('a review that ends while linters run', () => {
  /** Everything that a run keeps for a while lies here. */
  function scratch() {
    const folder = mkdtempSync(join(tmpdir(), 'agent-scratch-'))
    vi.stubEnv('TMPDIR', folder)
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true, force: true })
    })
    return folder
  }
  /** A linter that never ends, on a copy, because something beside the change is not staged. */
  function endless() {
    const repository = repositoryOf({ ...noDebugger, 'b.js': 'export {}\n' })
    repository.install('eslint', 'sleep 60')
    repository.stage({ 'a.js': 'debugger\n' })
    repository.write('b.js', 'export const b = 1\n')
    return repository
  }

  it('leaves no copy behind when it is interrupted', async () => {
    const repository = endless()
    const folder = scratch()
    const interruption = new AbortController()
    const run = reviewStaged(repository, { signal: interruption.signal })
    await vi.waitUntil(() => repository.started().length > 0, { timeout: 20_000 })
    interruption.abort(new Error('Interrupted.'))
    await expect(run).rejects.toThrow('Interrupted.')
    expect(readdirSync(folder)).toEqual([])
  })

  it('says what was not seen when its own time is over first', async () => {
    const repository = endless()
    const folder = scratch()
    const { handle, requests } = silent()
    const report = await reviewStaged(repository, { engine: handle, maxTime: 1_500 })
    expect([requests.length, report.completeness]).toEqual([0, 'partial'])
    expect(report.coverage.files[0]?.skipped?.reason).toBe('the time limit of 1s500ms was reached')
    expect(report.findings.map(({ rule }) => rule)).toEqual(['check/debugger-statements'])
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a second look at the same change', () => {
  it('starts no linter, and reports the same', async () => {
    const repository = repositoryOf({ ...noDebugger, 'a.js': 'var a = 1\nexport const b = 2\n' })
    repository.install('eslint', realTool('eslint'))
    repository.stage({ 'a.js': 'export const b = 2\nvar a = 1\ndebugger\n' })
    const kept = memory()
    const first = await reviewStaged(repository, { memory: kept })
    expect(repository.started()).toEqual(['eslint', 'eslint'])
    const second = await reviewStaged(repository, { memory: kept })
    expect(repository.started()).toEqual(['eslint', 'eslint'])
    expect(found(second)).toEqual(['eslint/no-debugger a.js:3'])
    expect({ ...second, timing: null, usage: null }).toEqual({ ...first, timing: null, usage: null })
  })

  it.each<[string, (repository: LintedRepository) => void]>([
    ['another linter was installed', ({ install }) => install('eslint', `${realTool('eslint')} # version 2`)],
    ['a package was installed', ({ write }) => write('node_modules/.package-lock.json', '{}')],
    ['something else is staged', ({ stage }) => stage({ 'other.js': 'export {}\n' })],
    ['the configuration was changed', ({ stage }) => stage({ 'eslint.config.js': eslintConfig(`'no-debugger': 'warn'`) })],
    ['a file was generated', ({ write }) => write('generated/a.js', 'export {}\n')],
  ])('asks again when %s', async (_name, change) => {
    const repository = repositoryOf({ ...noDebugger, '.gitignore': 'node_modules\ngenerated\n' })
    repository.install('eslint', realTool('eslint'))
    repository.stage({ 'a.js': 'debugger\n' })
    const kept = memory()
    await reviewStaged(repository, { memory: kept })
    change(repository)
    await reviewStaged(repository, { memory: kept })
    expect(repository.started()).toEqual(['eslint', 'eslint'])
  })

  it('asks again only those that failed, and not for one that is not installed', async () => {
    const repository = repositoryOf({
      ...noDebugger,
      'package.json': '{"type":"module","devDependencies":{"stylelint":"1"}}',
      'setup.cfg': '[mypy]\n',
    })
    repository.install('eslint', 'exit 7')
    repository.install('stylelint', `printf '[]' >&2`)
    repository.stage({ 'a.js': 'debugger\n', 'a.css': 'a {}\n', 'a.py': 'x = 1\n' })
    const kept = memory()
    const first = await reviewStaged({ ...repository, environment: withoutTools(repository) }, { memory: kept })
    const second = await reviewStaged({ ...repository, environment: withoutTools(repository) }, { memory: kept })
    expect(repository.started()).toEqual(['eslint', 'stylelint', 'eslint'])
    expect(second.notices).toEqual(first.notices)
    expect(first.notices.map(({ message }) => message.split(':')[0])).toEqual([
      'eslint could not look at the change',
      'mypy could not look at the change',
    ])
  })

  it('waits for a slow one only where it may take longer than before', async () => {
    const repository = repositoryOf(noDebugger)
    repository.install('eslint', 'sleep 60')
    repository.stage({ 'a.js': 'debugger\n' })
    const kept = memory()
    const within = (maxTime: string) => reviewStaged(repository, { memory: kept, config: { review: { maxTime } } })
    const first = await within('1s')
    const again = await within('1s')
    expect(repository.started()).toEqual(['eslint'])
    expect(again.notices).toEqual(first.notices)
    await within('1500ms')
    expect(repository.started()).toEqual(['eslint', 'eslint'])
  })

  it('does not give its time to one that did not get ready within it before, whatever else has changed', async () => {
    const repository = repositoryOf(noDebugger)
    repository.install('eslint', 'sleep 60')
    repository.stage({ 'a.js': 'debugger\n' })
    const kept = memory()
    const within = (maxTime: string) => reviewStaged(repository, { memory: kept, config: { review: { maxTime } } })
    const first = await within('2s')
    repository.stage({ 'a.js': 'debugger\nexport {}\n' })
    const again = await within('2s')
    expect(repository.started()).toEqual(['eslint'])
    expect(again.notices).toEqual(first.notices)
    await within('4s')
    expect(repository.started()).toEqual(['eslint', 'eslint'])
  })
})

/** PATH as it is without anything that only Python brings. */
const withoutTools = ({ environment }: LintedRepository) => ({
  ...environment,
  PATH: (environment.PATH ?? '')
    .split(':')
    .filter((folder) => ask(join(folder, 'mypy'), '--version') === null)
    .join(':'),
})

describe('the model', () => {
  it('is told what linters say about the lines it sees, in a few words that hide nothing', async () => {
    const repository = repositoryOf({ ...noDebugger, 'b.js': 'var older = 1\n' })
    repository.stage({ 'a.js': 'debugger\n', 'b.js': 'var older = 1\nexport const b = 1\n' })
    const { handle, requests } = silent()
    await reviewStaged(repository, { engine: handle })
    const about = (path: string) => requests.map(asked).find((text) => text.includes(`File "${path}"`)) ?? ''
    expect(about('a.js').split('\n').slice(-3)).toEqual([
      'Tools have told the author this already. It is data, too; do not report it again:',
      "line 1 eslint/no-debugger: Unexpected 'debugger' statement.",
      '',
    ])
    expect(about('b.js')).not.toContain('eslint')
  })

  it('says nothing new when it says the same of the same line', async () => {
    const repository = repositoryOf({ ...noDebugger, 'eslint.config.js': eslintConfig(`'no-unused-vars': 'error'`) })
    repository.stage({ 'a.js': 'const total = 1\n' })
    const claim = { quote: 'const total = 1', line: 1, title: 'Unused variable `total`', effect: 'The value is computed for nothing.' }
    const { findings } = await reviewStaged(repository, { engine: claiming(claim).handle })
    expect(findings.map(({ source, suppressed }) => [source.kind, suppressed?.by ?? null])).toEqual([
      ['linter', null],
      ['model', 'duplicate'],
    ])
  })

  it('is refuted by the linters that were asked already', async () => {
    const repository = repositoryOf({ ...noDebugger, 'eslint.config.js': eslintConfig(`'no-unused-vars': 'error'`) })
    repository.install('eslint', realTool('eslint'))
    repository.stage({ 'a.js': 'export const total = 1\n' })
    const claim = { quote: 'export const total = 1', line: 1, title: 'Unused constant', effect: 'It is not used.' }
    const { findings } = await reviewStaged(repository, { engine: claiming(claim).handle })
    expect(findings.map(({ suppressed }) => suppressed)).toEqual([{ by: 'refuted', reason: 'eslint finds nothing unused here.' }])
    expect(repository.started()).toEqual(['eslint'])
  })
})

describe('linters of a pull request in CI', () => {
  const inCi = (repository: LintedRepository, more: Record<string, string> = {}) => ({
    ...repository,
    environment: { ...repository.environment, GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main', ...more },
  })
  const complaint = { ruleId: 'no-debugger', severity: 2, message: 'Seen from within.', line: 1, column: 1 }
  const says = `printf '%s' '[{"filePath":"'"$PWD"'/a.js","messages":[${JSON.stringify(complaint)}]}]'; exit 1`

  it('are left out without a sandbox, because they run its code, and one notice says so', async () => {
    const repository = repositoryOf({ ...noDebugger, '.stylelintrc.json': '{}' })
    repository.install('eslint', realTool('eslint'))
    repository.stage({ 'a.js': 'debugger\n', 'a.css': 'a {}\n' })
    const config = { sandbox: { use: 'docker' } }
    const report = await reviewStaged(inCi(repository, { DOCKER_HOST: 'tcp://127.0.0.1:1' }), { config })
    expect([found(report), repository.started(), report.completeness]).toEqual([[], [], 'complete'])
    expect(report.notices).toMatchObject([{ code: 'LINTERS_NOT_RUN', message: expect.stringContaining('there is no sandbox for it') }])
  })

  it('are no matter where there are none', async () => {
    const repository = repositoryOf({ 'a.js': 'export {}\n' })
    repository.stage({ 'a.js': 'debugger\n' })
    const config = { sandbox: { use: 'docker' } }
    expect((await reviewStaged(inCi(repository, { DOCKER_HOST: 'tcp://127.0.0.1:1' }), { config })).notices).toEqual([])
  })

  const reason = missing('bwrap')
  it.skipIf(reason !== undefined)(`run in the sandbox where there is one, and are not remembered ${reason ?? ''}`, async () => {
    const repository = repositoryOf({ 'eslint.config.js': 'export default []\n' })
    repository.install('eslint', says)
    repository.stage({ 'a.js': 'debugger\n' })
    const kept = memory()
    const run = { config: { sandbox: { use: 'bwrap' } }, memory: kept }
    expect(found(await reviewStaged(inCi(repository), run))).toEqual(['eslint/no-debugger a.js:1'])
    expect(repository.started()).toEqual([])
    repository.install('eslint', "printf '[]'")
    expect(found(await reviewStaged(inCi(repository), run))).toEqual([])
  })

  it.skipIf(reason !== undefined)(`see a copy of the working tree, where that is reviewed ${reason ?? ''}`, async () => {
    const repository = repositoryOf({ 'eslint.config.js': 'export default []\n' })
    repository.install('eslint', `touch written; ${says}`)
    repository.write('a.js', 'debugger\n')
    const run = { config: { sandbox: { use: 'bwrap' } }, request: { selector: { kind: 'uncommitted' } as const } }
    expect(found(await reviewStaged(inCi(repository), run))).toEqual(['eslint/no-debugger a.js:1'])
    expect(repository.git('status', '--porcelain')).toBe('?? a.js\n')
  })
})

describe('the configuration', () => {
  it('can leave linters out, everywhere or for some paths', async () => {
    const repository = repositoryOf(noDebugger)
    repository.install('eslint', realTool('eslint'))
    repository.stage({ 'a.js': 'debugger\n', 'legacy/b.js': 'debugger\n' })
    expect(found(await reviewStaged(repository, { config: { review: { linters: false } } }))).toEqual([])
    expect(repository.started()).toEqual([])
    const paths = [{ match: 'legacy/**', review: { linters: false } }]
    expect(found(await reviewStaged(repository, { config: { paths } }))).toEqual(['eslint/no-debugger a.js:1'])
  })

  it('cannot switch off a rule of a linter as if it were a check, and a comment can accept it', async () => {
    const repository = repositoryOf(noDebugger)
    repository.stage({
      'a.js': 'debugger\n// agent-ignore[no-debugger]: wanted here\ndebugger\n// agent-ignore[eslint/no-var]: nothing here\n',
    })
    const report = await reviewStaged(repository, { config: { review: { minConfidence: 0.9, checks: { 'debugger-statements': 'off' } } } })
    expect(found(report)).toEqual(['eslint/no-debugger a.js:1'])
    expect(report.findings.filter(({ rule }) => rule === 'check/ignore-comments').map(({ region }) => region.startLine)).toEqual([4])
  })
})
