import { describe, expect, it } from 'vitest'
import { fix } from '../../../src/tasks/fix/fix.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { checked, fence, fingerprint, project, request, requestFor, resultOf, textIn } from './fix-run.ts'

const answering = (...answers: readonly string[]) => scriptedEngine((_, index) => fence(answers[Math.min(index, answers.length - 1)] ?? ''))

const key = ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_')
const hardCoded = `export const apiKey = '${key}'\n`
const fromOutside = 'export const apiKey = process.env.API_KEY\n'
const secret = checked('secrets', 'src/key.js', 1, hardCoded.trimEnd())
// `process` is nobody's global in this project's configuration.
const config = { 'eslint.config.js': "export default [{ rules: { 'no-var': 'error', 'no-debugger': 'error' } }]\n" }

describe('what a check of a review found', () => {
  it('is repaired where the same check says so', async () => {
    const repository = project({ ...config, 'src/key.js': hardCoded })
    const report = await runOn(repository, fix, requestFor(secret), { engine: answering(fromOutside).handle })
    expect(resultOf(report).targets).toMatchObject([
      { tool: 'check', rule: 'secrets', outcome: 'fixed', by: 'model', verifiedBy: ['check', 'linter'] },
    ])
    expect([textIn(repository, 'src/key.js'), report.findings]).toEqual([fromOutside, []])
  })

  it.each<[name: string, after: string]>([
    ['cut in two', `export const apiKey = 'sk_live_' + '${key.slice(8)}'\n`],
    ['turned around', `export const apiKey = [...'${key.split('').toReversed().join('')}'].reverse().join('')\n`],
    ['encoded', `export const apiKey = atob('${Buffer.from(key).toString('base64')}')\n`],
  ])('is not repaired by a secret that is only %s', async (_name, after) => {
    const repository = project({ ...config, 'src/key.js': hardCoded })
    const before = fingerprint(repository)
    const report = await runOn(repository, fix, { ...requestFor(secret), attempts: 1 }, { engine: answering(after).handle })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-kept', gate: 'target', reason: expect.stringMatching(/secret|still there/) },
    ])
    expect(fingerprint(repository)).toEqual(before)
  })

  it('may keep what stood beside the secret', async () => {
    const address = 'export const address = `postgres://admin:hunter2supers3cret@db.example.com/app`\n'
    const after = 'export const address = `postgres://admin:${process.env.PASSWORD}@db.example.com/app`\n'
    const repository = project({ ...config, 'src/key.js': address })
    const found = { ...secret, evidence: address.trimEnd() }
    const report = await runOn(repository, fix, requestFor(found), { engine: answering(after).handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed' }])
  })

  it('is found again by what a masked report shows of its line', async () => {
    const repository = project({ ...config, 'src/key.js': `// Keys.\n\n${hardCoded}` })
    const masked = { ...secret, evidence: "export const apiKey = '******'" }
    const report = await runOn(repository, fix, requestFor(masked), { engine: answering(`// Keys.\n\n${fromOutside}`).handle })
    expect(resultOf(report).targets).toMatchObject([{ line: 3, outcome: 'fixed' }])
  })

  it('is gone where the check does not find it any more', async () => {
    const repository = project({ ...config, 'src/key.js': fromOutside })
    const report = await runOn(repository, fix, requestFor(secret), { engine: null })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: 'It is not there any more.' }])
    expect(report.findings).toEqual([])
  })

  it('is not repaired by taking a suppression away whose cause stays', async () => {
    const silenced = 'export function stop() {\n  // eslint-disable-next-line no-debugger\n  debugger\n}\n'
    const repository = project({ ...config, 'src/stop.js': silenced })
    const found = checked('suppressions', 'src/stop.js', 2, '  // eslint-disable-next-line no-debugger')
    const half = silenced.replace('  // eslint-disable-next-line no-debugger\n', '')
    const whole = 'export function stop() {}\n'
    const { handle } = answering(half, whole)
    const report = await runOn(repository, fix, requestFor(found), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', attempts: 2 }])
    expect(textIn(repository, 'src/stop.js')).toBe(whole)
  })

  it('is not repaired where a test that was left out fails when it is let in again', async () => {
    const skipping = `import assert from 'node:assert/strict'
import { test } from 'node:test'
test('one', () => assert.equal(1, 1))
test.skip('two', () => assert.equal(2, 3))
`
    const repository = project({ ...config, 'src/a.test.js': skipping })
    const before = fingerprint(repository)
    const found = checked('skipped-tests', 'src/a.test.js', 4, "test.skip('two', () => assert.equal(2, 3))")
    const { handle } = answering(skipping.replace('test.skip', 'test'))
    const report = await runOn(repository, fix, { ...requestFor(found), attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-kept', gate: 'tests', reason: expect.stringContaining('two') }])
    expect(fingerprint(repository)).toEqual(before)
  })

  it.each([
    ['lockfile', /not in the lines of one file/],
    ['large-files', /not in the lines of one file/],
    ['weakened-assertions', /`agent fix --review` knows it/],
    ['a-check-of-tomorrow', /not in the lines of one file/],
  ])('is left alone where it is of %s, with the reason', async (name, reason) => {
    const repository = project({ ...config, 'src/key.js': fromOutside })
    const report = await runOn(repository, fix, requestFor(checked(name, 'src/key.js', 1, 'x')), { engine: null })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: expect.stringMatching(reason) }])
    expect(report.findings).toMatchObject([{ rule: `check/${name}`, source: { kind: 'check' }, proof: { kind: 'static' } }])
  })

  it('is left alone where a test told of it', async () => {
    const repository = project({ ...config, 'src/key.js': fromOutside })
    const found = {
      ...checked('x', 'src/key.js', 1, 'x'),
      rule: 'test/newly-failing',
      source: { kind: 'test' as const, name: 'tests', rule: 'newly-failing' },
    }
    const report = await runOn(repository, fix, requestFor(found), { engine: null })
    expect(resultOf(report).targets).toMatchObject([{ tool: 'test', reason: expect.stringContaining('Only the run that told of it') }])
  })

  it('is about a whole file where it has no line, and can be repaired there', async () => {
    const repository = project({ ...config, 'src/data.json': '{ "a": 1,, }\n' })
    const found = checked('syntax', 'src/data.json', 1, '{ "a": 1,, }')
    const report = await runOn(repository, fix, requestFor(found), { engine: answering('{ "a": 1 }\n').handle })
    expect(resultOf(report).targets).toMatchObject([{ tool: 'check', rule: 'syntax', outcome: 'fixed', verifiedBy: ['check'] }])
  })

  it('keeps the severity that it was reported with', async () => {
    const repository = project({ ...config, 'src/key.js': hardCoded })
    const found = { ...secret, severity: 'note' as const }
    const report = await runOn(repository, fix, { ...requestFor(found), model: 'none' }, { engine: null })
    expect([resultOf(report).targets[0]?.severity, report.findings[0]?.severity]).toEqual(['note', 'note'])
  })

  it('is asked about only where it was named: nothing else looks at a project that has no review', async () => {
    const repository = project({ ...config, 'src/key.js': `var one = 1\nexport { one }\n${hardCoded}` })
    const report = await runOn(repository, fix, { ...request, model: 'none' }, { engine: null })
    expect(resultOf(report).targets.map(({ rule, outcome, verifiedBy }) => [rule, outcome, verifiedBy])).toEqual([
      ['no-var', 'fixed', ['linter']],
    ])
  })
})
