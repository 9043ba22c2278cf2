import { randomUUID } from 'node:crypto'
import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, describe, expect, it } from 'vitest'
import { mutateResultSchema, mutationReport } from '../../../src/domain/mutation.ts'
import { mutate, type MutateRequest } from '../../../src/tasks/mutate/mutate.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { runOn } from '../../helpers/task-run.ts'

const source = `export function price(count, member) {
  if (count < 0) {
    throw new RangeError('count')
  }
  return member && count >= 10 ? count * 10 - 5 : count * 10
}
`
const test = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from './price.js'

test('members get a discount', () => {
  assert.equal(price(12, true), 115)
  assert.equal(price(1, false), 10)
})
`
const manifest = JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'node --test' } })

const request: MutateRequest = {
  scope: { kind: 'paths', covers: (path) => path.startsWith('src/') },
  isExcluded: () => false,
  shard: null,
  dryRun: false,
  most: 100,
  jobs: 1,
  commandTimeout: 60_000,
  testCommand: null,
}

async function run(files: Record<string, string>, more: Partial<MutateRequest> = {}, change?: (path: string) => void, maxTime?: number) {
  const repository = temporaryRepository({ files: { 'package.json': manifest, ...files } })
  onTestFinished(repository.remove)
  change?.(repository.root)
  const before = repository.git('status', '--porcelain')
  const report = await runOn(repository, mutate, { ...request, ...more }, { engine: null, ...(maxTime !== undefined && { maxTime }) })
  expect(repository.git('status', '--porcelain')).toBe(before)
  return { repository, report, result: mutateResultSchema.parse(report.result) }
}

describe('defects that are planted', () => {
  it('are told where no test notices them, with the tests that notice the others', async () => {
    const { report, result } = await run({ 'src/price.js': source, 'src/price.test.js': test })
    const survived = result.mutants.filter(({ status }) => status === 'Survived')
    expect(survived.map(({ start, original, replacement }) => [start.line, original, replacement])).toEqual([
      [2, "if (count < 0) {\n    throw new RangeError('count')\n  }", ';'],
      [2, 'count < 0', 'false'],
      [2, '<', '<='],
      [2, '0', '1'],
      [5, '&&', '||'],
      [5, 'count >= 10', 'true'],
      [5, '>=', '>'],
      [5, '10', '11'],
    ])
    expect(result.mutants.filter(({ status }) => status === 'Killed').every(({ killedBy }) => killedBy.length > 0)).toBe(true)
    expect([result.tests, result.counts.killed + 8, report.completeness]).toEqual([1, result.mutants.length, 'complete'])
    expect(report.findings.map(({ rule, severity, region, evidence }) => [rule, severity, region.startLine, evidence])).toEqual([
      ['mutate/survived', 'warning', 2, '  if (count < 0) {'],
      ['mutate/survived', 'warning', 5, '  return member && count >= 10 ? count * 10 - 5 : count * 10'],
    ])
  })

  it('are only those of changed lines, of what is staged', async () => {
    const repository = temporaryRepository({ files: { 'package.json': manifest, 'src/price.js': source, 'src/price.test.js': test } })
    onTestFinished(repository.remove)
    repository.stage({ 'src/price.js': source.replace('>= 10', '>= 12') })
    repository.write('src/price.js', '// gone\n')
    const scope: MutateRequest['scope'] = { kind: 'change', selector: { kind: 'staged' }, paths: [] }
    const { result } = await runOn(repository, mutate, { ...request, scope, most: 3 }, { engine: null })
    const { mutants } = mutateResultSchema.parse(result)
    expect([mutants.length, new Set(mutants.map(({ start }) => start.line))]).toEqual([3, new Set([5])])
  })

  it('are not tried where the working file is not what the change has', async () => {
    const repository = temporaryRepository({ files: { 'package.json': manifest, 'src/price.js': source } })
    onTestFinished(repository.remove)
    repository.write('src/price.js', 'export const price = 1\n')
    const scope: MutateRequest['scope'] = { kind: 'change', selector: { kind: 'commit', rev: 'HEAD' }, paths: [] }
    const report = await runOn(repository, mutate, { ...request, scope }, { engine: null })
    expect([report.summary, report.notices.map(({ code }) => code)]).toEqual([
      'there is no code here to break: tests, comments and types are left alone',
      ['NOT_ON_DISK'],
    ])
  })

  it('are known to be unguarded where no test belongs to the file', async () => {
    const { report, result } = await run({
      'src/lonely.js': 'export const isOld = (age) => age > 30\nexport const isNew = (age) => age < 2\n',
    })
    expect([result.counts.noCoverage, result.counts.killed, result.score]).toEqual([result.mutants.length, 0, 0])
    expect(report.findings.map(({ rule, region, proof }) => [rule, region.startLine, proof.kind])).toEqual([
      ['mutate/no-test', 1, 'static'],
    ])
  })

  it('say nothing where the tests fail without them too', async () => {
    const { report, result } = await run({ 'src/price.js': source, 'src/price.test.js': test.replace('115', '1') })
    expect([result.counts.pending, result.score, report.completeness, report.findings]).toEqual([
      result.mutants.length,
      null,
      'partial',
      [],
    ])
    expect(report.notices.map(({ code }) => code)).toEqual(['TESTS_UNUSABLE'])
  })

  it('are noticed where they never end', { timeout: 120_000 }, async () => {
    const loop = 'export function last(list) {\n  let i = 0\n  while (list[i] !== undefined) {\n    i += 1\n  }\n  return i\n}\n'
    const loopTest = `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { last } from './last.js'\ntest('last', () => { assert.equal(last([1, 2]), 2) })\n`
    const scope: MutateRequest['scope'] = { kind: 'paths', covers: (path) => path === 'src/last.js' }
    const { result } = await run(
      { 'src/last.js': loop.replace('i += 1', 'i = i + 1 || i'), 'src/last.test.js': loopTest },
      { scope, commandTimeout: 6_000 },
    )
    const endless = result.mutants.find(({ mutator }) => mutator === 'LogicalOperator')
    expect(endless).toMatchObject({ status: 'Timeout', reason: expect.stringContaining('stopped (timeout)') })
  })

  it('are sampled over all files where there are more than wanted, and the rest is told', async () => {
    const line = 'export const isOld = (age) => age > 30\n'
    const { report, result } = await run({ 'src/a.js': line, 'src/b.js': line }, { most: 4 })
    expect(result.mutants.map(({ path }) => path)).toEqual(['src/a.js', 'src/a.js', 'src/b.js', 'src/b.js'])
    expect(report.notices.map(({ code, message }) => [code, message])).toEqual([
      ['MUTANTS_LEFT_OUT', '6 more defects than the limit of 4 were not tried.'],
    ])
  })

  it('are only told where nothing is to be run', async () => {
    const { report, result } = await run({ 'src/price.js': source, 'src/price.test.js': test }, { dryRun: true, most: 3 })
    expect([report.summary, report.completeness, report.findings]).toEqual(['3 defects would be planted', 'complete', []])
    expect(result.mutants.map(({ status, reason }) => [status, reason])).toEqual(Array(3).fill(['Pending', 'Only planned.']))
  })

  it('are those of one part of the files, and the report says of which', async () => {
    const line = 'export const isOld = (age) => age > 30\n'
    const files = { 'src/a.js': line, 'src/b.js': line, 'src/c.js': line }
    const parts = await Promise.all([1, 2].map((index) => run(files, { shard: { index, count: 2 } })))
    const paths = parts.map(({ result }) => new Set(result.mutants.map(({ path }) => path)))
    expect([...(paths[0] ?? []), ...(paths[1] ?? [])].toSorted()).toEqual(['src/a.js', 'src/b.js', 'src/c.js'])
    expect(parts.map(({ report }) => report.notices.map(({ message }) => message))).toEqual([
      ['This is shard 1 of 2.'],
      ['This is shard 2 of 2.'],
    ])
  })

  it('are not said to be unnoticed where the tests look at another copy of the file', async () => {
    const { report, result } = await run({
      'src/price.js': source,
      'dist/price.js': source,
      'src/price.test.js': test.replace('./price.js', '../dist/price.js'),
    })
    expect([report.findings, report.completeness, result.score]).toEqual([[], 'partial', null])
    expect(report.notices.map(({ code, message }) => [code, message.slice(0, 80)])).toEqual([
      ['TESTS_UNUSABLE', 'The tests that belong to src/price.js pass even with that file unreadable. They '],
    ])
  })

  it('are not said to be noticed by a test that fails now and then', async () => {
    const flaky = `${test}
import { existsSync, writeFileSync } from 'node:fs'
const mark = ${JSON.stringify(join(tmpdir(), `mutate-flaky-${randomUUID()}`))}
test('comes and goes', () => {
  if (existsSync(mark)) throw new Error('again')
  writeFileSync(mark, '')
})
`
    const { report, result } = await run({ 'src/price.js': source, 'src/price.test.js': flaky }, { most: 6 })
    expect(result.mutants.flatMap(({ killedBy }) => killedBy).filter((test) => test.includes('comes and goes'))).toEqual([])
    expect(result.counts.survived).toBeGreaterThan(0)
    expect(report.notices.map(({ code }) => code)).toContain('TESTS_UNSTEADY')
  })

  it('are not planted into text of another encoding', async () => {
    const latin1 = Buffer.from("export const isOld = (age) => age > 30 && 'é' !== ''\n", 'latin1')
    const { report, result } = await run({ 'src/a.js': 'export {}\n' }, {}, (root) => writeFileSync(join(root, 'src/a.js'), latin1))
    expect([result.mutants, report.notices.map(({ message }) => message)]).toEqual([
      [],
      ['src/a.js is not UTF-8, so no defect was planted in it.'],
    ])
  })

  it('are not planted through a link', async () => {
    const line = 'export const isOld = (age) => age > 30\n'
    const { result } = await run({ 'src/a.js': line }, {}, (root) => symlinkSync('a.js', join(root, 'src/b.js')))
    expect(new Set(result.mutants.map(({ path }) => path))).toEqual(new Set(['src/a.js']))
  })

  it('are told with their column where a line has the same twice', async () => {
    const { report } = await run({ 'src/lonely.js': 'export const isIn = (a, b, c) => a < b === b < c\n' })
    expect(report.findings[0]?.message).toContain('`<` as `<=` in column 36')
  })

  it('are counted as left where the time is over, and it is told', async () => {
    const { report } = await run({ 'src/price.js': source, 'src/price.test.js': test }, {}, undefined, 1)
    expect([report.completeness, report.notices.map(({ code }) => code)]).toEqual(['partial', ['MUTANTS_PENDING']])
  })

  it('are the same when several are tried at once', async () => {
    const files = { 'src/price.js': source, 'src/price.test.js': test }
    const [alone, together] = [await run(files, { most: 6 }), await run(files, { most: 6, jobs: 3 })]
    expect(together.result.mutants).toEqual(alone.result.mutants)
  })

  it('make a report that viewers of mutation testing read', async () => {
    const sources = new Map<string, { language: string; source: string }>()
    const { result } = await run(
      { 'src/price.js': source, 'src/price.test.js': test },
      { most: 4, keepSource: (path, file) => sources.set(path, file) },
    )
    const report = JSON.parse(mutationReport(result, sources))
    expect(Object.keys(report.files)).toEqual(['src/price.js'])
    const [first] = report.files['src/price.js'].mutants
    expect(first).toMatchObject({
      mutatorName: result.mutants[0]?.mutator,
      location: { start: result.mutants[0]?.start },
      status: result.mutants[0]?.status,
    })
  })
})
