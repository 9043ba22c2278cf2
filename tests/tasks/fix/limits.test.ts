import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { fix } from '../../../src/tasks/fix/fix.ts'
import type { Workshop } from '../../../src/tasks/task.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { claim, fence, project, request, requestFor, resultOf, textIn } from './fix-run.ts'

const source = 'export const isOne = (value) => value == 1\n'
const right = source.replace('==', '===')
const change = { kind: 'change', selector: { kind: 'commit', rev: 'HEAD' }, paths: [] } as const
const inSource = { kind: 'paths', covers: (path: string) => path.startsWith('src/') } as const
const answering = (text = fence(right)) => scriptedEngine(() => text)

describe('the time', () => {
  it('ends before anything is known: nothing is claimed, and the run is not finished', async () => {
    const repository = project({ 'src/a.js': source })
    const report = await runOn(repository, fix, request, { engine: answering().handle, maxTime: 1 })
    expect([resultOf(report).targets, report.completeness]).toEqual([[], 'partial'])
  })

  it('ends before what was reported was looked at, which is told of each', async () => {
    const repository = project({ 'src/a.js': source })
    const report = await runOn(repository, fix, requestFor(claim('src/a.js', 1, source.trim())), { engine: answering().handle, maxTime: 1 })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: expect.stringMatching(/time/) }])
    expect([report.completeness, report.findings]).toEqual(['partial', []])
  })
})

describe('a change that is not what the files are', () => {
  it('is left alone where the working file differs, and says how many', async () => {
    const files = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`src/${name}.js`, source]))
    const repository = project(files)
    for (const path of Object.keys(files)) writeFileSync(join(repository.root, path), `// Later.\n${source}`)
    const report = await runOn(repository, fix, { ...request, scope: change }, { engine: answering().handle })
    expect(report.notices).toMatchObject([{ code: 'NOT_ON_DISK', message: expect.stringMatching(/src\/e\.js and 1 more file/) }])
    expect([resultOf(report).targets, report.completeness]).toEqual([[], 'partial'])
  })

  it('is repaired where the working file is what was committed', async () => {
    const repository = project({ 'src/a.js': source })
    const report = await runOn(repository, fix, { ...request, scope: change }, { engine: answering().handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed' }])
  })

  it('names a problem of a whole file only where the file is new', async () => {
    const repository = project({
      'eslint.config.js': "export default [{ rules: { 'eol-last': 'off' } }]\n",
      '.prettierrc': '{}',
      'src/old.js': 'x( )\n',
    })
    repository.write('src/old.js', 'x( )\nconst y = 1;\n')
    repository.write('src/new.js', 'x( )\n')
    const scope = { kind: 'change', selector: { kind: 'uncommitted' }, paths: [] } as const
    const filter = { ...request.filter, tools: ['prettier'] }
    const report = await runOn(repository, fix, { ...request, scope, filter, model: 'none' }, { engine: null })
    expect(resultOf(report).targets.map(({ tool, path }) => [tool, path])).toEqual([['prettier', 'src/new.js']])
  })
})

describe('what cannot be repaired', () => {
  it('is a file in another encoding, which writing would change as a whole', async () => {
    const repository = project({})
    writeFileSync(join(repository.root, 'old.js'), Buffer.from(`// caf\u00e9\n${source}`, 'latin1'))
    const report = await runOn(repository, fix, request, { engine: answering().handle })
    const alone = await runOn(repository, fix, { ...request, model: 'none' }, { engine: null })
    const targets = [...resultOf(report).targets, ...resultOf(alone).targets]
    expect(targets.length).toBeGreaterThan(1)
    for (const { outcome, reason } of targets) expect([outcome, reason]).toEqual(['not-attempted', expect.stringMatching(/not UTF-8/)])
  })

  it('is a file that no run may write', async () => {
    const repository = project({ '.github/workflows/a.js': source })
    const { handle, requests } = answering()
    const report = await runOn(repository, fix, requestFor(claim('.github/workflows/a.js', 1, source.trim())), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-attempted', reason: expect.stringContaining('.github/workflows/a.js') },
    ])
    expect(requests).toEqual([])
  })

  it('is what does not fit into the window of the model', async () => {
    const repository = project({ 'src/a.js': source })
    const { engine, handle } = answering()
    const small = { ...handle, open: async () => ({ ...engine, contextTokens: 200 }) }
    const report = await runOn(repository, fix, request, { engine: small })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-kept', gate: 'answer', attempts: 0, reason: expect.stringContaining('window of 200') },
    ])
  })

  it('stays with the reason of the attempt before where the second question would not fit any more', async () => {
    const repository = project({ 'src/a.js': source })
    const { engine, handle } = answering(`${'That is hard. '.repeat(300)}`)
    const small = { ...handle, open: async () => ({ ...engine, contextTokens: 1200 }) }
    const report = await runOn(repository, fix, request, { engine: small })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-kept', gate: 'answer', attempts: 1, reason: expect.stringMatching(/no code/) },
    ])
  })

  it('is the layout that a formatter could not repair', async () => {
    const repository = project({ '.prettierrc': '{}', 'src/broken.js': 'const = 1\n', 'eslint.config.js': 'export default []\n' })
    const report = await runOn(repository, fix, { ...request, scope: inSource, linters: ['prettier'] }, { engine: answering().handle })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-attempted', reason: expect.stringContaining('is not asked of a model') },
    ])
  })

  it('is what a linter would repair by breaking a test', async () => {
    const loose = 'export const flag = !!Boolean(1)\n'
    const guard = `import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import './flag.js'
test('it is written so', () => assert.match(readFileSync(new URL('./flag.js', import.meta.url), 'utf8'), /!!Boolean/))
`
    const repository = project({
      'eslint.config.js': "export default [{ rules: { 'no-extra-boolean-cast': ['error', { enforceForInnerExpressions: true }] } }]\n",
      'src/flag.js': `if (!!Boolean(1)) console.log(1)\n${loose}`,
      'src/flag.test.js': guard.replace('/!!Boolean/', '/if \\(!!Boolean/'),
    })
    const report = await runOn(repository, fix, { ...request, model: 'none' }, { engine: null })
    expect(resultOf(report).targets[0]).toMatchObject({ outcome: 'not-attempted' })
    expect(textIn(repository, 'src/flag.js')).toContain('if (!!Boolean')
  })
})

describe('what breaks', () => {
  const failingCommit =
    (error: Error) =>
    (real: Workshop): Workshop => ({
      ...real,
      commitRun: async () => {
        throw error
      },
    })

  it('is told where a commit fails, and what was applied stays applied', async () => {
    const repository = project({ 'src/a.js': source })
    const workshop = failingCommit(new AppError('GIT_FAILED', 'No name is configured.'))
    const report = await runOn(repository, fix, { ...request, commit: 'all' }, { engine: answering().handle, workshop })
    expect(report.notices).toEqual([
      { code: 'GIT_FAILED', message: 'The repair is applied, but not committed: No name is configured.', hint: '' },
    ])
    expect([textIn(repository, 'src/a.js'), report.summary]).toEqual([right, expect.stringContaining('`agent undo` takes it back')])
  })

  it('is not taken for an ending where it is a mistake of ours', async () => {
    const repository = project({ 'src/a.js': source })
    const workshop = failingCommit(new TypeError('x is undefined'))
    const running = runOn(repository, fix, { ...request, commit: 'all' }, { engine: answering().handle, workshop })
    await expect(running).rejects.toThrow('x is undefined')
    const { handle } = scriptedEngine(() => Promise.reject(new TypeError('y is undefined')))
    await expect(runOn(project({ 'src/a.js': source }), fix, request, { engine: handle })).rejects.toThrow('y is undefined')
  })

  it('is a sandbox in another way than by not being there', async () => {
    const repository = project({
      'src/a.js': source,
      'src/a.test.js': "import './a.js'\nimport { test } from 'node:test'\ntest('a', () => {})\n",
    })
    const workshop = (real: Workshop): Workshop => ({ ...real, openSandbox: () => Promise.reject(new TypeError('z is undefined')) })
    await expect(runOn(repository, fix, request, { engine: answering().handle, workshop })).rejects.toThrow('z is undefined')
  })

  it('tells what an engine has to say besides', async () => {
    const repository = project({ 'src/a.js': source })
    const notices = [{ code: 'GPU_UNUSED', message: 'The processor answers.', hint: '' }]
    const { handle } = scriptedEngine(() => fence(right), { notices })
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(report.notices).toEqual(notices)
  })

  it('cuts the subject of a commit that would be too long, and commits one repair under its own name', async () => {
    const path = `src/${'long-name-of-a-file-'.repeat(3)}.js`
    const repository = project({ [path]: source })
    const { handle } = scriptedEngine((said) => (asked(said).includes('eqeqeq') ? fence(right) : ''))
    await runOn(repository, fix, { ...request, commit: 'all' }, { engine: handle })
    const subject = repository.git('log', '-1', '--format=%s').trim()
    expect([subject.length, subject]).toEqual([72, expect.stringMatching(/^fix: repair eslint\/eqeqeq in src\/long-name.*…$/)])
  })
})
