import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { fix } from '../../../src/tasks/fix/fix.ts'
import type { Workshop } from '../../../src/tasks/task.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { fence, fingerprint, project, request, resultOf, textIn } from './fix-run.ts'

const source = 'export const isOne = (value) => value == 1\n'
const right = source.replace('==', '===')
const test = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOne } from './one.js'
test('one is one', () => assert.equal(isOne(1), true))
`
const answering = (text = fence(right)) => scriptedEngine(() => text)
const withoutSandbox = (real: Workshop): Workshop => ({
  ...real,
  openSandbox: async () => {
    throw new AppError('SANDBOX_UNAVAILABLE', 'There is no Docker.')
  },
})

describe('without a sandbox', () => {
  it('keeps no edit of a model whose tests cannot be run, and does not ask for one', async () => {
    const repository = project({ 'src/one.js': source, 'src/one.test.js': test })
    const before = fingerprint(repository)
    const { handle, requests } = answering()
    const report = await runOn(repository, fix, request, { engine: handle, workshop: withoutSandbox })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-kept', gate: 'tests', attempts: 0, reason: expect.stringContaining('There is no Docker.') },
    ])
    expect([fingerprint(repository), requests]).toEqual([before, []])
  })

  it('keeps one of a file that no test belongs to', async () => {
    const repository = project({ 'src/one.js': source })
    const report = await runOn(repository, fix, request, { engine: answering().handle, workshop: withoutSandbox })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', by: 'model' }])
  })

  it('keeps what linters repair themselves, and says that it was not tested', async () => {
    const repository = project({ 'src/one.js': 'var one = 1\nexport const isOne = (value) => value === one\n', 'src/one.test.js': test })
    const report = await runOn(repository, fix, { ...request, model: 'none' }, { engine: null, workshop: withoutSandbox })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', by: 'linter' }])
    expect(report.notices.map(({ code }) => code)).toEqual(['TESTS_NOT_RUN'])
  })

  it('lets no model write what linters run as their own code', async () => {
    const repository = project({
      'eslint.config.js': "import { rules } from './tools/rules.js'\nexport default [{ rules }]\n",
      'tools/rules.js': "export const rules = { eqeqeq: 'error' }\nexport const isOne = (value) => value == 1\n",
    })
    const before = fingerprint(repository)
    const { handle, requests } = answering()
    const report = await runOn(repository, fix, request, { engine: handle, workshop: withoutSandbox })
    expect(resultOf(report).targets).toMatchObject([{ path: 'tools/rules.js', outcome: 'not-kept' }])
    expect([fingerprint(repository), requests]).toEqual([before, []])
  })
})

describe('what ends a run early', () => {
  it('leaves the rest when the tokens are over, keeps what was verified, and is incomplete', async () => {
    const repository = project({ 'src/a.js': source, 'src/b.js': source })
    const report = await runOn(repository, fix, request, { engine: answering().handle, maxTokens: 100 })
    expect(resultOf(report).targets.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['src/a.js', 'fixed'],
      ['src/b.js', 'not-attempted'],
    ])
    expect([report.completeness, report.findings, textIn(repository, 'src/a.js'), textIn(repository, 'src/b.js')]).toEqual([
      'partial',
      [],
      right,
      source,
    ])
  })

  it('keeps what was verified before the model could not be reached any more', async () => {
    const repository = project({ 'src/a.js': source, 'src/b.js': source })
    const { handle } = scriptedEngine((_, index) => (index === 0 ? fence(right) : new AppError('ENGINE_UNREACHABLE', 'It is gone.')))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets.map(({ outcome }) => outcome)).toEqual(['fixed', 'not-attempted'])
    expect(report.notices.map(({ code }) => code)).toEqual(['FIX_UNFINISHED'])
    expect([textIn(repository, 'src/a.js'), textIn(repository, 'src/b.js')]).toEqual([right, source])
  })

  it('has failed where no model could be asked at all', async () => {
    const repository = project({ 'src/a.js': source })
    const { handle } = scriptedEngine(() => new AppError('ENGINE_UNREACHABLE', 'It is not there.'))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect([report.notices.map(({ code }) => code), report.completeness]).toEqual([['ENGINE_UNREACHABLE'], 'partial'])
  })

  it('changes nothing when it is interrupted', async () => {
    const repository = project({ 'src/a.js': source })
    const before = fingerprint(repository)
    const interruption = new AbortController()
    const { handle } = scriptedEngine(() => {
      interruption.abort(new Error('Interrupted.'))
      return fence(right)
    })
    await expect(runOn(repository, fix, request, { engine: handle, signal: interruption.signal })).rejects.toThrow('Interrupted.')
    expect(fingerprint(repository)).toEqual(before)
  })

  it('changes nothing where the user has changed the file meanwhile', async () => {
    const repository = project({ 'src/a.js': source })
    const { handle } = scriptedEngine(() => {
      writeFileSync(join(repository.root, 'src/a.js'), 'export const mine = 1\n')
      return fence(right)
    })
    await expect(runOn(repository, fix, request, { engine: handle })).rejects.toMatchObject({ code: 'CHANGES_CONFLICT' })
    expect(textIn(repository, 'src/a.js')).toBe('export const mine = 1\n')
  })
})

it('is not finished where a linter could not look', async () => {
  const repository = project({ 'eslint.config.js': 'throw new Error("broken")\n', 'src/a.js': right })
  const report = await runOn(repository, fix, request, { engine: null })
  expect([report.completeness, report.notices.map(({ code }) => code), report.findings]).toEqual(['partial', ['LINTER_FAILED'], []])
})

describe('the files themselves', () => {
  it('keep their byte order mark, their line ends and a missing last newline', async () => {
    const bytes = '\uFEFF// One.\r\nexport const isOne = (value) => value == 1\r\nexport const two = 2'
    const repository = project({ 'src/one.js': bytes })
    await runOn(repository, fix, request, { engine: scriptedEngine((said) => wholeAs(said, '==', '===')).handle })
    expect(readFileSync(join(repository.root, 'src/one.js'), 'utf8')).toBe(bytes.replace('==', '==='))
  })

  it('are changed by blocks where the lines are many', async () => {
    const body = Array.from({ length: 150 }, (_, index) => `  list.push(${index})`).join('\n')
    const long = `export function fill(list, value) {\n${body}\n  if (value == 1) list.push(value)\n  return list\n}\n`
    const repository = project({ 'src/long.js': long })
    const { handle, requests } = scriptedEngine((_, index) =>
      index === 0
        ? fence('export function fill() {}\n')
        : '```\n<<<<<<< SEARCH\n  if (value == 1) list.push(value)\n=======\n  if (value === 1) list.push(value)\n>>>>>>> REPLACE\n```\n',
    )
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', attempts: 2 }])
    expect(asked(requests[0]!)).not.toContain('list.push(3)')
    expect(textIn(repository, 'src/long.js')).toBe(long.replace('== 1', '=== 1'))
  })

  it('may have several problems in one definition, which are asked about at once', async () => {
    const twice = 'export function same(a, b) {\n  if (a == 1) return b != 2\n  return a == b\n}\n'
    const repository = project({ 'src/same.js': twice })
    const { handle, requests } = scriptedEngine(() => fence(twice.replaceAll('==', '===').replace('!=', '!==')))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets.map(({ outcome, by }) => `${outcome} ${by}`)).toEqual(Array.from({ length: 3 }, () => 'fixed model'))
    expect(requests).toHaveLength(1)
  })
})

/** The region that was asked about, with one word in the place of another. */
function wholeAs(said: Parameters<typeof asked>[0], from: string, to: string): string {
  const [, region = ''] = /BEGIN\n(.*)\nEND/s.exec(asked(said)) ?? []
  return fence(`${region.replace(from, to)}\n`)
}
