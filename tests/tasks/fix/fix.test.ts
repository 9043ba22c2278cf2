import { describe, expect, it } from 'vitest'
import { fix } from '../../../src/tasks/fix/fix.ts'
import { scriptedEngine, asked } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { fence, project, request, resultOf, textIn } from './fix-run.ts'

const source = `export function isEmpty(list) {
  if (list.length == 0) {
    return true
  }
  return false
}
`
const right = source.replace('==', '===')
const test = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmpty } from './list.js'
test('an empty list is empty', () => assert.equal(isEmpty([]), true))
test('a list with something is not', () => assert.equal(isEmpty([1]), false))
`

describe('agent fix', () => {
  it('keeps what makes the problem go away, and leaves index and HEAD alone', async () => {
    const repository = project({ 'src/list.js': source, 'src/list.test.js': test })
    const { handle, requests } = scriptedEngine(() => fence(right))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets).toEqual([
      expect.objectContaining({ tool: 'eslint', rule: 'eqeqeq', path: 'src/list.js', line: 2, outcome: 'fixed', by: 'model', attempts: 1 }),
    ])
    expect([report.findings, report.completeness, report.notices]).toEqual([[], 'complete', []])
    expect(textIn(repository, 'src/list.js')).toBe(right)
    expect(repository.git('status', '--porcelain')).toBe(' M src/list.js\n')
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ temperature: 0, seed: 0, tools: [] })
    expect(asked(requests[0]!)).toContain('line 2: eslint/eqeqeq')
  })

  it('tells what is left where it stands afterwards, and where it stood as long as nothing is applied', async () => {
    const config = `export default [{ rules: { 'arrow-body-style': 'error', 'no-unused-vars': 'error' } }]\n`
    const text = 'export const one = () => {\n  return 1\n}\nexport const two = () => {\n  const left = 1; return 2\n}\n'
    const repository = project({ 'eslint.config.js': config, 'src/a.js': text })
    const places = async (apply: boolean) => {
      const report = await runOn(repository, fix, { ...request, model: 'none', apply }, { engine: null })
      const left = resultOf(report).targets.filter(({ outcome }) => outcome !== 'fixed')
      return [report.findings.map(({ region, evidence }) => [region.startLine, evidence]), left.map(({ line }) => line)]
    }
    const evidence = '  const left = 1; return 2'
    expect(await places(false)).toEqual([[[5, evidence]], [5]])
    expect(await places(true)).toEqual([[[3, evidence]], [3]])
  })

  it('lets the linters repair what they can before the model is asked', async () => {
    const repository = project({ 'src/list.js': `var one = 1\n${source}export { one }\n` })
    const { handle, requests } = scriptedEngine(() => fence(right))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets.map(({ rule, by, attempts }) => [rule, by, attempts])).toEqual([
      ['no-var', 'linter', 0],
      ['eqeqeq', 'model', 1],
    ])
    expect(textIn(repository, 'src/list.js')).toBe(`let one = 1\n${right}export { one }\n`)
    expect(requests).toHaveLength(1)
  })
})
