import { describe, expect, it } from 'vitest'
import { fix } from '../../../src/tasks/fix/fix.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { fence, project, request, resultOf } from './fix-run.ts'

const loose = 'var one = 1\nexport const isOne = (value) => value === one\n'
const head = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOne } from './one.js'
`
const passing = "test('one is one', () => assert.equal(isOne(1), true))\n"
const failing = "test('two is one', () => assert.equal(isOne(2), true))\n"
const withoutModel = { ...request, model: 'none' } as const

describe('tests that say little', () => {
  it('are told of where they failed before anything was changed, and the repair of a linter is kept all the same', async () => {
    const repository = project({ 'src/one.js': loose, 'src/one.test.js': head + passing + failing })
    const report = await runOn(repository, fix, withoutModel, { engine: null })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', by: 'linter', verifiedBy: ['linter', 'tests'] }])
    expect(report.notices).toEqual([
      expect.objectContaining({
        code: 'TESTS_SAY_LITTLE',
        message: expect.stringContaining('The tests of src/one.js failed already before anything was changed: "two is one"'),
      }),
    ])
  })

  it('are no witnesses where none of them passes', async () => {
    const repository = project({ 'src/one.js': loose, 'src/one.test.js': head + failing })
    const report = await runOn(repository, fix, withoutModel, { engine: null })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', verifiedBy: ['linter'] }])
  })

  it('are told of where they cannot be run', async () => {
    const repository = project({ 'src/one.js': loose, 'src/one.test.js': `${head}import './nowhere.js'\n${passing}` })
    const report = await runOn(repository, fix, withoutModel, { engine: null })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', verifiedBy: ['linter'] }])
    expect(report.notices.map(({ code, message }) => [code, message])).toEqual([
      [
        'TESTS_SAY_LITTLE',
        expect.stringMatching(/^The tests of src\/one\.js (?:could not be run|failed already) before anything was changed/),
      ],
    ])
  })

  it('are told of where the command of the project fails', async () => {
    const repository = project({ 'src/one.js': loose, 'package.json': '{"type":"module"}' })
    const report = await runOn(repository, fix, { ...withoutModel, testCommand: 'exit 3' }, { engine: null })
    expect(report.notices).toMatchObject([{ code: 'TESTS_SAY_LITTLE', message: expect.stringContaining('exit 3') }])
  })

  it('are not told of where they pass, or where nothing was kept', async () => {
    const tested = project({ 'src/one.js': loose, 'src/one.test.js': head + passing })
    expect((await runOn(tested, fix, withoutModel, { engine: null })).notices).toEqual([])
    const kept = project({ 'src/one.js': loose.replace('var', 'let').replace('===', '=='), 'src/one.test.js': head + failing })
    const report = await runOn(kept, fix, { ...request, attempts: 1 }, { engine: scriptedEngine(() => 'No.').handle })
    expect([resultOf(report).targets[0]?.outcome, report.notices]).toEqual(['not-kept', []])
  })

  it('are told of beside the repair of a model, too', async () => {
    const source = 'export const isOne = (value) => value == 1\n'
    const repository = project({ 'src/one.js': source, 'src/one.test.js': head + passing + failing })
    const report = await runOn(repository, fix, request, { engine: scriptedEngine(() => fence(source.replace('==', '==='))).handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', by: 'model', verifiedBy: ['linter', 'tests'] }])
    expect(report.notices.map(({ code }) => code)).toEqual(['TESTS_SAY_LITTLE'])
  })
})
