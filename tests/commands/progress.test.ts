import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createProgress } from '../../src/commands/progress.ts'

function stream(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 60, written, write: (text: string) => written.push(text) > 0 }
}
const call = { id: '1', name: 'edit_file', input: { path: 'src/port.ts' } }

it('is silent where nobody looks, and for who wants it quiet', async () => {
  for (const [isTTY, quiet] of [
    [false, false],
    [true, true],
  ] as const) {
    const out = stream(isTTY)
    const progress = createProgress(out, { quiet })
    progress.onEvent({ type: 'step-start', step: 1 })
    await sleep(150)
    progress.end()
    expect(out.written).toEqual([])
  }
})

it('tells what became of each test that was written, and how many functions are done', async () => {
  const [log, screen] = [stream(false), stream(true)]
  for (const out of [log, screen]) {
    const progress = createProgress(out, { quiet: false })
    progress.onEvent({ type: 'test-plan', targets: 2 })
    progress.onEvent({ type: 'test-start', path: 'src/a.ts half' })
    progress.onEvent({ type: 'test-try', target: 'src/a.ts half', text: 'not kept (lint): \u001b[31mno' })
    progress.onEvent({ type: 'test-end', target: 'src/a.ts half' })
    await sleep(150)
    progress.end()
  }
  expect(log.written).toEqual(['src/a.ts half: not kept (lint): \u241b[31mno\n'])
  expect(screen.written.join('')).toContain('1/2 functions done · src/a.ts half')
})

it('says on one line what is being done, and takes it away at the end', async () => {
  const out = stream(true)
  const progress = createProgress(out, { quiet: false })
  await sleep(150)
  progress.onEvent({ type: 'engine-open', kind: 'endpoint', model: 'qwen' })
  await sleep(150)
  progress.onEvent({ type: 'step-start', step: 3 })
  progress.onEvent({ type: 'text-delta', text: 'x' })
  progress.onEvent({ type: 'tool-start', call })
  await sleep(150)
  progress.onEvent({ type: 'agent-end', ending: 'done', reason: '', steps: 3 })
  await sleep(150)
  progress.end()
  const text = out.written.join('')
  for (const part of ['reading', 'loading qwen', 'step 3 · edit_file src/port.ts', 'checking the change']) expect(text).toContain(part)
  expect(out.written.at(-1)).toBe('\r\u001b[2K')
  expect(text).not.toContain('\n')
})

it('counts the units of a review', async () => {
  const out = stream(true)
  const progress = createProgress(out, { quiet: false })
  progress.onEvent({ type: 'plan-ready', units: 2, cached: 0 })
  progress.onEvent({ type: 'unit-start', unit: '1', path: 'a.ts' })
  progress.onEvent({ type: 'unit-end', unit: '1', path: 'a.ts', outcome: 'answered', outputTokens: 3, durationMs: 5 })
  await sleep(150)
  progress.end()
  expect(out.written.join('')).toContain('1/2 reviewed · a.ts')
})

it('tells each call when more was asked for, without what a terminal would obey', () => {
  const out = stream(false)
  const progress = createProgress(out, { quiet: false, verbose: true })
  progress.onEvent({ type: 'tool-end', call, text: 'fine', isError: false })
  progress.onEvent({ type: 'tool-end', call: { ...call, input: 'no object' }, text: 'No such\u001b[31m file.\nmore', isError: true })
  progress.end()
  expect(out.written).toEqual(['edit_file src/port.ts\n', 'edit_file: No such␛[31m file.\n'])
})

it('tells at once what has to be known, unless it is to be quiet', () => {
  for (const quiet of [false, true]) {
    const out = stream(false)
    const progress = createProgress(out, { quiet })
    progress.onEvent({ type: 'notice', code: 'SANDBOX_UNAVAILABLE', message: 'No \u001b[31msandbox.', hint: 'Start Docker.' })
    progress.end()
    expect(out.written).toEqual(quiet ? [] : ['notice: No ␛[31msandbox.\nhint: Start Docker.\n'])
  }
})

it('says what is being done while a repair is prepared, and counts problems then', async () => {
  const out = stream(true)
  const progress = createProgress(out, { quiet: false })
  const repaired = { type: 'repair-end', group: 'a.js:1', rules: ['eslint/no-var'], text: 'fixed', durationMs: 5 } as const
  progress.onEvent({ type: 'stage-start', what: 'asking the linters' })
  await sleep(150)
  progress.onEvent({ type: 'repair-plan', problems: 5 })
  progress.onEvent({ type: 'unit-start', unit: 'a.js:1', path: 'a.js' })
  progress.onEvent({ ...repaired, problems: 2 })
  progress.onEvent({ type: 'unit-start', unit: 'a.js:9', path: 'a.js' })
  await sleep(150)
  progress.end()
  const text = out.written.join('')
  expect(text).toContain('asking the linters · ')
  expect(text).toContain('a.js:1 eslint/no-var: fixed\n')
  expect(text).toContain('2/5 dealt with · a.js')
  expect(text).not.toContain('reviewed')
})

it('begins to count anew where a review comes before a repair', async () => {
  const out = stream(true)
  const progress = createProgress(out, { quiet: false })
  progress.onEvent({ type: 'plan-ready', units: 1, cached: 0 })
  progress.onEvent({ type: 'unit-end', unit: '1', path: 'a.ts', outcome: 'answered', outputTokens: 3, durationMs: 5 })
  await sleep(150)
  progress.onEvent({ type: 'repair-plan', problems: 3 })
  await sleep(150)
  progress.end()
  const text = out.written.join('')
  for (const part of ['1/1 reviewed', '0/3 dealt with']) expect(text).toContain(part)
})

it('counts the defects that are tried, and says what is done before', async () => {
  const out = stream(true)
  const progress = createProgress(out, { quiet: false })
  progress.onEvent({ type: 'stage-start', what: 'running the tests of a.ts' })
  await sleep(150)
  progress.onEvent({ type: 'mutant-plan', mutants: 12 })
  progress.onEvent({ type: 'mutant-start', path: 'a.ts', line: 3 })
  progress.onEvent({ type: 'mutant-end', path: 'a.ts', line: 3, status: 'Killed', durationMs: 5 })
  await sleep(150)
  progress.end()
  const text = out.written.join('')
  for (const part of ['running the tests of a.ts', '1/12 defects tried · a.ts:3']) expect(text).toContain(part)
  expect(text).not.toContain('\n')
})

it('writes a line for each tenth of many defects where nobody looks, and none for few', () => {
  const linesFor = (mutants: number, quiet = false) => {
    const out = stream(false)
    const progress = createProgress(out, { quiet })
    progress.onEvent({ type: 'mutant-plan', mutants })
    for (let line = 1; line <= mutants; line++)
      progress.onEvent({ type: 'mutant-end', path: 'a.ts', line, status: line === 3 ? 'Survived' : 'Killed', durationMs: 1 })
    progress.end()
    return out.written
  }
  expect([linesFor(9), linesFor(40, true)]).toEqual([[], []])
  const lines = linesFor(40)
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([
    10,
    '4 of 40 defects tried, 1 unnoticed\n',
    '40 of 40 defects tried, 1 unnoticed\n',
  ])
})
