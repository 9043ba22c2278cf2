import { describe, expect, it } from 'vitest'
import type { AgentEvent } from '../../../src/agent/event.ts'
import { fix } from '../../../src/tasks/fix/fix.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { fence, project, request, resultOf, textIn } from './fix-run.ts'

const source = `export function same(a, b) {
  if (a == 1) return missing
  return a == b
}
`
/** What a model makes of the lines that it is shown, but never of the hard problem. */
function withoutTheHardOne() {
  return scriptedEngine((said) => {
    const question = asked({ ...said, messages: said.messages.slice(0, 2) })
    if (question.includes('no-undef')) return `I do not know what missing is, ${said.messages.length}.`
    const [, line = ''] = /line (\d): eslint\/eqeqeq/.exec(question) ?? []
    const [, region = ''] = /BEGIN\n(.*)\nEND/s.exec(question) ?? []
    const rows = region.split('\n').map((row, index) => (index + 1 === Number(line) ? row.replace('==', '===') : row))
    return fence(`${rows.join('\n')}\n`)
  })
}

describe('several problems of one definition', () => {
  it('are taken one by one where they cannot be repaired together, so that one hard problem costs only itself', async () => {
    const repository = project({ 'src/same.js': source })
    const { handle, requests } = withoutTheHardOne()
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets.map(({ rule, line, outcome, attempts }) => [rule, line, outcome, attempts])).toEqual([
      ['eqeqeq', 2, 'fixed', 3],
      ['no-undef', 2, 'not-kept', 3],
      ['eqeqeq', 3, 'fixed', 3],
    ])
    expect(textIn(repository, 'src/same.js')).toBe(source.replaceAll('==', '==='))
    // Two together, and then one for each.
    expect(requests).toHaveLength(5)
  })

  it('are not where there is only one attempt', async () => {
    const repository = project({ 'src/same.js': source })
    const { handle, requests } = withoutTheHardOne()
    const report = await runOn(repository, fix, { ...request, attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets.map(({ outcome, attempts }) => `${outcome} ${attempts}`)).toEqual(
      Array.from({ length: 3 }, () => 'not-kept 1'),
    )
    expect(requests).toHaveLength(1)
  })

  it('are told as they are dealt with, with how many that are', async () => {
    const repository = project({ 'src/same.js': source })
    const events: AgentEvent[] = []
    await runOn(repository, fix, request, { engine: withoutTheHardOne().handle, onEvent: (event) => events.push(event) })
    const told = events.flatMap((event) => (event.type === 'repair-end' ? [[event.problems, event.text] as const] : []))
    expect(events.find(({ type }) => type === 'repair-plan')).toEqual({ type: 'repair-plan', problems: 3 })
    expect(told.map(([problems]) => problems)).toEqual([0, 1, 1, 1])
    expect(told[0]?.[1]).toMatch(/^not kept together \(answer\), so one by one: /)
    expect(told[1]?.[1]).toBe('fixed after 3 attempts')
  })

  it('are left where the tokens end between them', async () => {
    const repository = project({ 'src/same.js': source })
    const report = await runOn(repository, fix, request, { engine: withoutTheHardOne().handle, maxTokens: 300 })
    expect(resultOf(report).targets.map(({ outcome }) => outcome)).toEqual(['fixed', 'not-attempted', 'not-attempted'])
    expect(report.completeness).toBe('partial')
  })
})
