import { describe, expect, it, onTestFinished } from 'vitest'
import { takeBaseline } from '../../../src/tasks/generate-tests/baseline.ts'
import { mutantsOf } from '../../../src/mutators/mutate-text.ts'
import { prove } from '../../../src/tasks/generate-tests/prove.ts'
import { proveTogether } from '../../../src/tasks/generate-tests/prove-together.ts'
import { mutantId, surveyMutants } from '../../../src/tasks/generate-tests/survey.ts'
import { candidateOf, proofScene, targetIn } from './proof-scene.ts'

const manifest = JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'node --test' } })
const source =
  'export function clamp(value) {\n  if (value < 0) {\n    return 0\n  }\n  if (value > 9) {\n    return 9\n  }\n  return value\n}\n'
const head = "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { clamp } from './clamp.js'\n"
const suite = `${head}test('keeps', () => { assert.equal(clamp(3), 3) })\n`
const part = { path: 'clamp.js', name: 'clamp', startLine: 1, endLine: 9 }
const use = { runner: 'node-test', directory: '.', program: ['node'] }

const named = (name: string) => ({ name, isIt: (test: { name: string }) => test.name === name })

async function open(files: Record<string, string>, more: Parameters<typeof proofScene>[1] = {}) {
  const scene = await proofScene({ 'package.json': manifest, ...files }, more)
  onTestFinished(scene.close)
  return scene
}

describe('a suite to begin with', { timeout: 120_000 }, () => {
  it('is known by its tests and what they reach', async () => {
    const { place } = await open({ 'clamp.js': source, 'clamp.test.js': suite })
    const { executed, coverage } = await takeBaseline(place)
    expect([executed.map(({ id }) => id), coverage?.get('clamp.js')?.lines.get(6)]).toEqual([['clamp.test.js > keeps'], 0])
  })

  it('may leave files behind, for which no new test is to blame', async () => {
    const messy = `${suite}import { writeFileSync } from 'node:fs'\ntest('reports', () => writeFileSync(\`report-\${process.pid}.txt\`, ''))\n`
    const scene = await open({ 'clamp.js': source, 'clamp.test.js': messy })
    const { place } = scene
    const baseline = await takeBaseline(place)
    expect(baseline.leaves).toEqual([expect.stringMatching(/^added report-\d+\.txt$/)])
    const target = await targetIn(scene, baseline, { ...part, most: 1 })
    const test = "test('cuts', () => { assert.equal(clamp(12), 9) })\n"
    const candidate = candidateOf({ target, use, path: 'clamp.test.js', base: messy, test, names: ['cuts'] })
    const { verdicts } = await prove([candidate], { ...place, baseline, repeat: 1 })
    expect(verdicts).toMatchObject([{ status: 'kept' }])
  })

  it.each<[string, files: Record<string, string>, message: RegExp]>([
    [
      'fails',
      { 'a.test.js': "import { test } from 'node:test'\ntest('is red', () => { throw new Error('no') })\n" },
      /^1 test of this repository already fails: a\.test\.js > is red\.$/,
    ],
    ['cannot be loaded', { 'a.test.js': "import './gone.js'\n" }, /^The tests do not run as they are: /],
    ['is not there', { 'package.json': '{}' }, /^No test runner was found/],
  ])('is refused where it %s', async (_what, files, message) => {
    const { place } = await open(files)
    await expect(takeBaseline(place)).rejects.toMatchObject({ code: 'TESTS_RED', message: expect.stringMatching(message) })
  })

  it('is refused where its runner cannot be started, with what to do about it', async () => {
    const { place } = await open({ 'package.json': JSON.stringify({ scripts: { test: 'jest' } }), 'a.test.js': '' })
    await expect(takeBaseline(place)).rejects.toMatchObject({
      message: expect.stringContaining('jest could not be run'),
      hint: expect.stringContaining('--sandbox host'),
    })
  })

  it('is refused where a test does not end the same way twice', async () => {
    const flaky = `import { test } from 'node:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
const mark = join(import.meta.dirname, '../../flaky-mark')
test('comes and goes', () => {
  if (existsSync(mark)) throw new Error('again')
  writeFileSync(mark, '')
})
`
    const { place } = await open({ 'a.test.js': flaky })
    await expect(takeBaseline(place)).rejects.toMatchObject({
      code: 'TESTS_RED',
      message: '1 test of this repository did not end the same way twice: a.test.js > comes and goes.',
    })
  })
})

describe('defects of a target', { timeout: 120_000 }, () => {
  it('survive where no test notices them, and are not tried where none gets', async () => {
    const { place } = await open({ 'clamp.js': source, 'clamp.test.js': suite }, { jobs: 2 })
    const baseline = await takeBaseline(place)
    const surveyed = await surveyMutants({ ...part, startLine: 5 }, { ...place, baseline, most: 100 })
    const statuses = (line: number) => new Set(surveyed.filter(({ mutant }) => mutant.start.line === line).map(({ tried }) => tried.status))
    expect([statuses(5), statuses(6)]).toEqual([new Set(['Killed', 'Survived']), new Set(['NoCoverage'])])
    expect(new Set(surveyed.map(({ id }) => id)).size).toBe(surveyed.length)
    const late = await surveyMutants(part, { ...place, exhausted: () => 'The time is over.', baseline, most: 2 })
    expect(late.map(({ tried }) => [tried.status, tried.reason])).toEqual(Array(2).fill(['Pending', 'The time is over.']))
  })

  it('are none in what cannot be read', async () => {
    const { place } = await open({ 'clamp.js': source, 'clamp.test.js': suite, 'notes.txt': 'x\n' })
    const baseline = { executed: [], coverage: null, durationMs: 1 }
    for (const path of ['gone.js', 'notes.txt']) expect(await surveyMutants({ ...part, path }, { ...place, baseline, most: 9 })).toEqual([])
  })

  it('are unguarded where no test belongs to the file', async () => {
    const { place } = await open({ 'clamp.js': source })
    const surveyed = await surveyMutants(part, { ...place, baseline: { executed: [], coverage: null, durationMs: 1 }, most: 2 })
    expect(surveyed.map(({ tried }) => tried.reason)).toEqual(Array(2).fill('No test belongs to this file.'))
  })
})

describe('tests that are proved', { timeout: 120_000 }, () => {
  it('may be in a file that is not there yet, one for the same file each, and are proved together at the end', async () => {
    const scene = await open({ 'clamp.js': source, 'clamp.test.js': suite }, { jobs: 2 })
    const { place } = scene
    const baseline = await takeBaseline(place)
    const target = await targetIn(scene, baseline, { ...part, most: 3 })
    const texts = ["test('cuts', () => { assert.equal(clamp(12), 9) })\n", "test('lifts', () => { assert.equal(clamp(-2), 0) })\n"]
    const candidates = texts.map((text, index) =>
      candidateOf({ target, use, path: 'more.test.js', base: null, test: `${head}${text}`, names: [['cuts', 'lifts'][index] ?? ''] }),
    )
    const { verdicts, baseline: after } = await prove(candidates, { ...place, baseline, repeat: 2 })
    expect(verdicts.map((verdict) => verdict.status === 'kept' && verdict.names)).toEqual([['cuts'], ['lifts']])
    expect(await place.benches[0].transaction.changes()).toMatchObject({ files: [] })
    expect(after.coverage?.get('clamp.js')).toBeDefined()

    await place.benches[0].transaction.checkout.write('more.test.js', Buffer.from(`${head}${texts.join('')}`))
    const together = await proveTogether(['cuts', 'lifts'].map(named), { ...place, baseline })
    expect([together.problems, together.executed]).toEqual([[], 3])
    const wrong = await proveTogether(['cuts', 'other'].map(named), { ...place, baseline })
    expect(wrong.problems).toEqual(['"other" is not executed, or fails, when the whole suite runs.'])
  })

  it('are not tried where the time is over', async () => {
    const { place } = await open({ 'clamp.js': source, 'clamp.test.js': suite })
    const target = { ...part, missing: { lines: [], branches: [] }, survivors: new Map() }
    const candidate = candidateOf({ target, use, path: 'a.test.js', base: null, test: "test('a', () => {})\n", names: ['a'] })
    const proving = { ...place, exhausted: () => 'The time is over.', baseline: { executed: [], coverage: null, durationMs: 1 }, repeat: 1 }
    expect((await prove([candidate], proving)).verdicts).toEqual([{ status: 'not-tried', reason: 'The time is over.' }])
  })

  it('are not refused for defects that nobody had the time to plant', async () => {
    const { place } = await open({ 'clamp.js': source, 'clamp.test.js': suite }, { packages: [] })
    const found = (await mutantsOf(source, 'clamp.js', (line) => line === 5)) ?? []
    const survivors = new Map(found.map((mutant) => [mutantId('clamp.js', mutant), mutant]))
    const test = "test('nine', () => { assert.equal(clamp(9), 9) })\n"
    const target = { ...part, missing: { lines: [], branches: [] }, survivors }
    const candidate = candidateOf({ target, use, path: 'clamp.test.js', base: suite, test, names: ['nine'] })
    let asked = 0
    // The first question comes before all filters, and one after each of the six that come before defects are planted.
    const exhausted = () => (++asked > 7 ? 'The time is over.' : null)
    const baseline = { executed: [], coverage: null, durationMs: 1 }
    const { verdicts } = await prove([candidate], { ...place, exhausted, baseline, repeat: 1 })
    expect(verdicts).toEqual([{ status: 'not-tried', reason: 'The time is over.' }])
  })
})
