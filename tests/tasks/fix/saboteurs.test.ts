import { describe, expect, it } from 'vitest'
import { fix } from '../../../src/tasks/fix/fix.ts'
import type { Generation } from '../../../src/engine/engine.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { fence, fingerprint, project, request, resultOf, textIn } from './fix-run.ts'
import { right, saboteurs, source, test } from './saboteur-answers.ts'

describe('what a model does wrong', () => {
  it.each(saboteurs)('lands nowhere where it %s', async (_name, answer, gate, reason) => {
    const repository = project({ 'src/list.js': source, 'src/list.test.js': test.replace('two == 2', 'two === "2"') })
    const before = fingerprint(repository)
    const { handle, requests } = scriptedEngine((_request, index) => (index === 0 ? answer : `${answer}\n${'Again. '.repeat(index)}`))
    const report = await runOn(repository, fix, request, { engine: handle })
    const [target] = resultOf(report).targets
    expect(target).toMatchObject({ outcome: 'not-kept', by: null, gate, attempts: 3, reason: expect.stringMatching(reason) })
    expect(asked(requests[1]!)).toMatch(reason)
    expect(report.findings.map(({ rule, region: { path, startLine } }) => [rule, path, startLine])).toEqual([
      ['eslint/eqeqeq', 'src/list.js', 2],
    ])
    expect([report.patch, report.completeness, resultOf(report).applied]).toEqual(['', 'complete', []])
    expect(fingerprint(repository)).toEqual(before)
  })

  const inTest: readonly [name: string, edit: (text: string) => string, gate: string][] = [
    ['deletes the test', (text) => text.slice(0, text.indexOf("test('two")), 'test-kept'],
    ['skips the test', (text) => text.replace("test('two", "test.skip('two").replace('==', '==='), 'test-kept'],
    ['deletes the assertion', (text) => text.replace('  assert.ok(two == 2)\n', ''), 'test-kept'],
    ['asserts what cannot fail', (text) => text.replace('assert.ok(two == 2)', 'assert.ok(true)'), 'test-kept'],
  ]
  it.each(inTest)('lands nowhere where it %s', async (_name, edit, gate) => {
    const repository = project({ 'src/list.js': right, 'src/list.test.js': test })
    const before = fingerprint(repository)
    const { handle } = scriptedEngine((said) => blocksFor(test, edit(test), asked(said)))
    const report = await runOn(repository, fix, { ...request, attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-kept', gate }])
    expect(fingerprint(repository)).toEqual(before)
  })

  it('casts to any', async () => {
    const files = {
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, noEmit: true, types: [] }, include: ['src'] }),
      'src/port.ts': "export const port: number = '80'\n",
    }
    const repository = project(files)
    const before = fingerprint(repository)
    const answers = [
      "export const port: number = '80' as any\n",
      "export const port: any = '80'\n",
      "// @ts-expect-error it is a number at run time\nexport const port: number = '80'\n",
    ]
    const { handle } = scriptedEngine((_, index) => fence(answers[index] ?? ''))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ tool: 'tsc', rule: 'TS2322', outcome: 'not-kept', gate: 'suppression', attempts: 3 }])
    expect(fingerprint(repository)).toEqual(before)
  })

  it('breaks what only the compiler sees in another file', async () => {
    const repository = project({
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, noEmit: true, types: [] }, include: ['src'] }),
      'src/port.ts': "export const port: number = '80'\n",
      'src/next.ts': "import { port } from './port'\nexport const next: number = port + 1\n",
    })
    const before = fingerprint(repository)
    const { handle } = scriptedEngine(() => fence("export const port: string = '80'\n"))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ gate: 'diagnostics', reason: expect.stringMatching(/src\/next\.ts:2 tsc\/TS2322/) }])
    expect(fingerprint(repository)).toEqual(before)
  })

  it('is stopped where it says the same again', async () => {
    const repository = project({ 'src/list.js': source })
    const { handle, requests } = scriptedEngine(() => 'I cannot.')
    const report = await runOn(repository, fix, { ...request, attempts: 10 }, { engine: handle })
    expect([requests.length, resultOf(report).targets[0]?.reason]).toEqual([2, expect.stringContaining('same answer came again')])
  })

  it('is not believed where its answer was cut off', async () => {
    const repository = project({ 'src/list.js': source })
    const cut: Partial<Generation> = { message: { role: 'assistant', text: fence(right), toolCalls: [] }, stopReason: 'length' }
    const { handle } = scriptedEngine(() => cut)
    const report = await runOn(repository, fix, { ...request, attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-kept', gate: 'answer', reason: expect.stringMatching(/cut off/) }])
  })

  it('does not keep others from being repaired', async () => {
    const repository = project({ 'src/a.js': source, 'src/b.js': source })
    const { handle } = scriptedEngine((said) => (asked(said).includes('src/a.js') ? 'No.' : fence(right)))
    const report = await runOn(repository, fix, { ...request, attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['src/a.js', 'not-kept'],
      ['src/b.js', 'fixed'],
    ])
    expect([textIn(repository, 'src/a.js'), textIn(repository, 'src/b.js')]).toEqual([source, source.replace('==', '===')])
  })

  it('keeps what a later attempt does right, with the number of attempts', async () => {
    const repository = project({ 'src/list.js': source })
    const { handle } = scriptedEngine((_, index) => (index === 0 ? 'No.' : fence(right)))
    const report = await runOn(repository, fix, request, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', by: 'model', attempts: 2 }])
  })
})

/** The lines that were asked about, as another text of the file has them. */
function blocksFor(before: string, after: string, question: string): string {
  const [, start = '1'] = /Lines (\d+) to/.exec(question) ?? []
  const head = before.split('\n').slice(0, Number(start) - 1)
  return fence(`${after.split('\n').slice(head.length).join('\n')}`)
}
