import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/domain/diagnostic.ts'
import type { CopyState } from '../../../src/tasks/fix/copy-state.ts'
import { carryState, sideOf } from '../../../src/tasks/fix/copy-state.ts'
import { follow } from '../../../src/tasks/fix/follow-targets.ts'
import { gateDiagnostics, pairStates } from '../../../src/tasks/fix/gate-diagnostics.ts'
import { groupTargets } from '../../../src/tasks/fix/group-targets.ts'
import { fixMessages } from '../../../src/tasks/fix/messages.ts'
import { isMeant, linesOf, newTarget, rangeOf, ruleOf } from '../../../src/tasks/fix/target.ts'
import type { Workplace } from '../../../src/tasks/fix/workplace.ts'
import { claim } from './fix-run.ts'

const told = (parts: Partial<Diagnostic> = {}): Diagnostic => ({
  tool: 'eslint',
  rule: 'no-var',
  severity: 'warning',
  path: 'a.js',
  range: rangeOf(1, 1),
  message: 'Unexpected var.',
  isFatal: false,
  isFixable: false,
  ...parts,
})
const state = (diagnostics: readonly Diagnostic[], text = '', parts: Partial<CopyState> = {}): CopyState => ({
  diagnostics,
  failed: [],
  checked: new Set(['eslint']),
  lineOf: (_, line) => text.split('\n')[line - 1],
  ...parts,
})
const nothing = { now: new Map<Diagnostic, Diagnostic>(), fresh: [] }

describe('what linters say of an edit', () => {
  const one = told()
  const states = (after: Partial<CopyState>, before: Partial<CopyState> = {}) => ({
    before: state([one], '', before),
    after: state([], '', after),
  })
  const failed = (linter: string) => [{ linter, directory: '.', reason: 'It crashed.' }]

  it('counts for nothing where the linter could not look any more', () => {
    expect(gateDiagnostics(states({ failed: failed('tsc') }), nothing, { wanted: [one] })).toEqual({
      gate: 'diagnostics',
      reason: 'tsc could not look at the result: It crashed.',
    })
    expect(gateDiagnostics(states({ checked: new Set() }), nothing, { wanted: [one] })).toEqual({
      gate: 'target',
      reason: 'eslint did not look at the result.',
    })
  })

  it('is not asked of a linter that had failed before, unless the problem is its own', () => {
    const both = states({ failed: failed('tsc') }, { failed: failed('tsc') })
    expect(gateDiagnostics(both, nothing, { wanted: [one] })).toBeNull()
    expect(gateDiagnostics(both, nothing, { wanted: [told({ tool: 'tsc' })] })).toMatchObject({ gate: 'diagnostics' })
  })

  it('lets a milder problem come, but none that is as grave as the mildest that goes', () => {
    const fresh = [told({ severity: 'note', range: null, rule: null, message: 'Something else.' })]
    expect(gateDiagnostics(states({}), { ...nothing, fresh }, { wanted: [one] })).toBeNull()
    const reason = 'There is a new problem: a.js eslint: Something else.'
    expect(gateDiagnostics(states({}), { ...nothing, fresh }, { wanted: [one, told({ severity: 'note' })] })).toEqual({
      gate: 'diagnostics',
      reason,
    })
    expect(gateDiagnostics(states({}), { ...nothing, fresh }, { wanted: [one], mildest: 'note' })).toEqual({ gate: 'diagnostics', reason })
  })

  it('knows a problem again that is about the whole file, and one whose line was rewritten', () => {
    const whole = told({ range: null, message: 'File has 10 lines.' })
    const line = told({ range: rangeOf(2, 2) })
    const edit = { path: 'a.js', before: 'x\nvar a\n', after: 'x\nvar b\n' }
    const [wholeNow, lineNow] = [told({ range: null, message: 'File has 11 lines.' }), told({ range: rangeOf(2, 2) })]
    const paired = pairStates({ before: state([whole, line], edit.before), after: state([wholeNow, lineNow], edit.after) }, edit)
    expect([paired.now.get(whole), paired.now.get(line), paired.fresh]).toEqual([wholeNow, lineNow, []])
  })

  it('does not count as new what a file that did not parse has hidden', () => {
    const fatal = told({ isFatal: true, rule: null, message: 'Parsing error.' })
    const edit = { path: 'a.js', before: '(\n', after: 'var a\n' }
    const { fresh } = pairStates({ before: state([fatal], edit.before), after: state([told()], edit.after) }, edit)
    expect(fresh).toEqual([])
  })

  it('still holds of other files, but for tools that look at the whole program', () => {
    const [mine, other, typed] = [told(), told({ path: 'b.js' }), told({ tool: 'tsc', path: 'b.js' })]
    const before = state([mine, other, typed], 'x')
    const narrow = state([], 'y')
    const wide = state([], 'y', { checked: new Set(['eslint', 'tsc']) })
    expect(carryState(before, narrow, 'a.js').diagnostics).toEqual([other, typed])
    expect(carryState(before, wide, 'a.js').diagnostics).toEqual([other])
    expect(sideOf(before, wide, 'a.js').diagnostics).toEqual([mine, typed])
    expect([carryState(before, narrow, 'a.js').lineOf('a.js', 1), carryState(before, narrow, 'a.js').lineOf('b.js', 1)]).toEqual(['y', 'x'])
  })
})

describe('a problem', () => {
  it.each([
    [{ rules: ['no-var'] }, true],
    [{ rules: ['eslint/no-var'] }, true],
    [{ rules: ['eqeqeq'] }, false],
    [{ tools: ['tsc'] }, false],
    [{ severity: 'error' as const }, false],
  ])('is meant by %j: %j', (filter, isSo) => {
    expect(isMeant(told(), { rules: [], tools: [], severity: 'note', ...filter })).toBe(isSo)
  })

  it('without a rule is meant by none, and is called by its tool', () => {
    expect([isMeant(told({ rule: null }), { rules: ['no-var'], tools: [], severity: 'note' }), ruleOf(told({ rule: null }))]).toEqual([
      false,
      'eslint',
    ])
  })

  it('does not reach a line of which it has no character', () => {
    const range = { startLine: 2, startColumn: 1, endLine: 4, endColumn: 1 }
    expect([linesOf(told({ range })), linesOf(told({ range: null }))]).toEqual([{ start: 2, end: 3 }, null])
  })

  it('of a file without lines is asked about at its head', async () => {
    const whole = newTarget({ told: told({ range: null }), evidence: '', current: told({ range: null }) })
    const text = 'one\ntwo\nthree\n'
    const [group] = await groupTargets('a.txt', text, [whole])
    expect(group).toMatchObject({ region: { start: 1, end: 4 }, isSymbol: false })
    const [, question] = fixMessages(group!, text, true)
    expect(question).toMatchObject({ text: expect.stringContaining('- eslint/no-var: Unexpected var.') })
  })

  it('is asked about with others nearby, but with no more than a small model can hold', async () => {
    const text = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n')
    const at = (line: number) => newTarget({ told: told(), evidence: '', current: told({ range: rangeOf(line, line) }) })
    const groups = await groupTargets('a.txt', text, [1, 2, 3, 4, 5, 6, 30].map(at))
    expect(groups.map(({ targets }) => targets.length)).toEqual([5, 1, 1])
    const [first, second] = [at(1), { ...at(2), isAlone: true }]
    expect((await groupTargets('a.txt', text, [first, second, at(3)])).map(({ targets }) => targets.length)).toEqual([1, 1, 1])
  })
})

describe('a claim', () => {
  const place = () => ({ state: state([]) }) as unknown as Workplace
  const fixed = () => ({ kind: 'fixed', by: 'model', attempts: 1, verifiedBy: ['model'] }) as const
  const at = (start: number, end = start, isConfirmed: boolean | 'stale' = true) =>
    newTarget({
      told: told(),
      finding: claim('a.js', start, 'x'),
      evidence: 'x',
      current: told({ range: rangeOf(start, end) }),
      isConfirmed,
    })

  it.each([
    ['moves with its line', 'a\nb\nc\n', 'new\na\nb\nc\n', [2, 2], [3, 3]],
    ['stands on what took the place of its lines', 'a\nb\nc\n', 'a\nx\ny\nc\n', [2, 2], [2, 3]],
    ['stands where its lines were that are gone', 'a\nb\nc\n', 'a\nc\n', [2, 2], [2, 2]],
    ['at the top stays in the file', 'a\nb\n', 'b\n', [1, 1], [1, 1]],
  ] as const)('%s', (_name, before, after, [start, end], now) => {
    const target = at(start, end)
    follow([target], { place: place(), edit: { path: 'a.js', before, after }, state: state([]), fixed })
    expect([target.current?.range?.startLine, target.current?.range?.endLine, target.isConfirmed]).toEqual([...now, 'stale'])
  })

  it('of another file, or one that is settled, stays where it is', () => {
    const [other, unasked] = [at(1), at(1, 1, false)]
    other.current = told({ path: 'b.js' })
    follow([other, unasked], { place: place(), edit: { path: 'a.js', before: 'a\n', after: 'b\na\n' }, state: state([]), fixed })
    expect([other.current?.range?.startLine, other.isConfirmed, unasked.isConfirmed]).toEqual([1, true, false])
  })
})
