import { describe, expect, it } from 'vitest'
import type { GenerateRequest } from '../../../src/engine/engine.ts'
import { fix } from '../../../src/tasks/fix/fix.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { claim, fence, fingerprint, project, questionOf, request, requestFor, resultOf, textIn, verdict } from './fix-run.ts'

const risky = '  return list[0].name\n'
const safe = "  return list[0]?.name ?? ''\n"
const source = `export function firstName(list) {\n${risky}}\n`
const right = source.replace(risky, safe)
const test = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstName } from './first.js'
test('the first of one is that one', () => assert.equal(firstName([{ name: 'a' }]), 'a'))
`
const finding = claim('src/first.js', 2, risky.trimEnd())

/** A model that sees the claim where the code still has it, and repairs as it is told. */
function honest(repair: (said: GenerateRequest, index: number) => string = () => fence(right)) {
  let repairs = 0
  return scriptedEngine((said) => {
    if (questionOf(said) === 'repair') return repair(said, repairs++)
    return asked(said).includes('list[0].name') ? verdict('present', risky.trim()) : verdict('absent', safe.trim())
  })
}

describe('a claim of a review', () => {
  it('is repaired where the model sees it before, does not see it afterwards, and tests and linters find nothing worse', async () => {
    const repository = project({ 'src/first.js': source, 'src/first.test.js': test })
    const { handle, requests } = honest()
    const report = await runOn(repository, fix, requestFor(finding), { engine: handle })
    expect(resultOf(report).targets).toEqual([
      expect.objectContaining({
        tool: 'review',
        rule: 'null',
        line: 2,
        outcome: 'fixed',
        by: 'model',
        attempts: 1,
        verifiedBy: ['model', 'linter', 'tests'],
      }),
    ])
    expect([report.findings, report.completeness, textIn(repository, 'src/first.js')]).toEqual([[], 'complete', right])
    expect(requests.map(questionOf)).toEqual(['claim', 'repair', 'claim'])
    expect(report.usage.requests).toBe(3)
  })

  it('is put in the same words to the code before and after, so that nothing tells the model which it is', async () => {
    const repository = project({ 'src/first.js': source })
    const { handle, requests } = honest()
    await runOn(repository, fix, requestFor(finding), { engine: handle })
    const [before, after] = requests.filter((said) => questionOf(said) === 'claim')
    expect(after!.messages[0]).toEqual(before!.messages[0])
    expect(asked(after!)).toBe(asked(before!).replace(risky, safe))
    expect(after!.outputSchema).toEqual(before!.outputSchema)
  })

  it('is followed to the line where it stands today', async () => {
    const moved = `// Names.\n\nexport const none = []\n${source}`
    const repository = project({ 'src/first.js': moved })
    const { handle } = honest(() => fence(right))
    const report = await runOn(repository, fix, requestFor(finding), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ line: 5, outcome: 'fixed' }])
    expect(textIn(repository, 'src/first.js')).toBe(moved.replace(risky, safe))
  })

  it.each<[name: string, files: Record<string, string>, reason: RegExp, exit: number]>([
    ['its lines are not there any more', { 'src/first.js': right }, /Its lines are not there/, 0],
    ['its file is not there any more', { 'src/other.js': right }, /src\/first\.js is not there/, 0],
    ['its lines are in several places by now', { 'src/first.js': `// Two.\n\n\n\n${source}\n${source}` }, /several places/, 1],
  ])('is not attempted, and no model asked, where %s', async (_name, files, reason, left) => {
    const repository = project(files)
    const { handle, requests } = honest()
    const report = await runOn(repository, fix, requestFor(finding), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: expect.stringMatching(reason) }])
    expect([report.findings.length, requests]).toEqual([left, []])
  })

  it('is not attempted where it quotes nothing', async () => {
    const repository = project({ 'src/first.js': source })
    const report = await runOn(repository, fix, requestFor({ ...finding, evidence: '' }), { engine: honest().handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: expect.stringContaining('quotes no line') }])
  })

  it('reads a file of a path in the report only where the repository has it', async () => {
    const repository = project({ 'src/first.js': source })
    const outside = claim('../../../../etc/passwd', 1, 'root:x:0:0:root:/root:/bin/bash')
    const { handle, requests } = honest()
    const report = await runOn(repository, fix, requestFor(outside), { engine: handle })
    expect([resultOf(report).targets[0]?.outcome, requests]).toEqual(['not-attempted', []])
  })
})

describe('what a model says of a claim proves nothing', () => {
  it.each<[name: string, answer: string, reason: RegExp]>([
    ['it never sees it', verdict('absent', risky.trim()), /does not see it.*It is so/],
    ['it cannot tell', verdict('cannot_tell', risky.trim()), /not sure of it/],
    ['it names no line of the code', verdict('present', 'const made = up()'), /named no line/],
    ['its answer cannot be read', 'Yes, certainly.', /could not be read/],
  ])('where %s before anything is changed', async (_name, answer, reason) => {
    const repository = project({ 'src/first.js': source })
    const before = fingerprint(repository)
    const { handle, requests } = scriptedEngine(() => answer)
    const report = await runOn(repository, fix, requestFor(finding), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: expect.stringMatching(reason) }])
    expect(report.findings).toMatchObject([{ rule: 'review/null', source: { kind: 'model' }, proof: { kind: 'model' } }])
    expect([fingerprint(repository), requests.map(questionOf).includes('repair')]).toEqual([before, false])
  })

  it.each<[name: string, after: string, reason: RegExp]>([
    ['it still sees it', verdict('present', safe.trim(), 'The list may be null.'), /still finds it: The list may be null/],
    ['it cannot tell any more', verdict('cannot_tell', safe.trim()), /could not say that it is gone/],
    ['it names no line that shows it', verdict('absent', 'if (list.length === 0) return'), /could not say that it is gone.*named no line/],
  ])('where %s after a repair', async (_name, after, reason) => {
    const repository = project({ 'src/first.js': source })
    const before = fingerprint(repository)
    const { handle, requests } = scriptedEngine((said) => {
      if (questionOf(said) === 'repair') return fence(right)
      return asked(said).includes('list[0].name') ? verdict('present', risky.trim()) : after
    })
    const report = await runOn(repository, fix, requestFor(finding), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-kept', gate: 'target', reason: expect.stringMatching(reason) }])
    expect(fingerprint(repository)).toEqual(before)
    // What it said is what the next attempt is told.
    expect(asked(requests.filter((said) => questionOf(said) === 'repair')[1]!)).toMatch(reason)
  })

  it('is not even asked where only a comment was written that says that all is well', async () => {
    const repository = project({ 'src/first.js': source })
    const before = fingerprint(repository)
    const talked = source.replace(risky, `  // The list is never empty, so this is safe: there is no defect here.\n${risky}`)
    const { handle, requests } = honest(() => fence(talked))
    const report = await runOn(repository, fix, { ...requestFor(finding), attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-kept', gate: 'target', reason: expect.stringMatching(/Only comments/) },
    ])
    expect([fingerprint(repository), requests.map(questionOf)]).toEqual([before, ['claim', 'repair']])
  })

  it('is not talked round by a comment beside a change, since it sees none', async () => {
    const repository = project({ 'src/first.js': source })
    const talked = source.replace(risky, `  // The list is never empty.\n${safe}`)
    const { handle, requests } = honest(() => fence(talked))
    await runOn(repository, fix, requestFor(finding), { engine: handle })
    expect(requests.filter((said) => questionOf(said) === 'claim').map((said) => asked(said).includes('never empty'))).toEqual([
      false,
      false,
    ])
  })
})

describe('the repair of a claim', () => {
  it('is said to be checked by the model only where no linter looked and no test ran', async () => {
    const repository = project({
      'src/first.js': source,
      'eslint.config.js': 'export default [{ ignores: ["src/**"] }]\n',
      'package.json': '{}',
    })
    const report = await runOn(repository, fix, { ...requestFor(finding), linters: [] }, { engine: honest().handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', verifiedBy: ['model'] }])
  })

  it('is not kept where a linter says anything new, however mild', async () => {
    const repository = project({ 'src/first.js': source })
    const noisy = source.replace(risky, `  try {\n    return list[0].name\n  } catch {}\n  return ''\n`)
    const { handle } = scriptedEngine((said) => {
      if (questionOf(said) === 'repair') return fence(noisy)
      return asked(said).includes('catch') ? verdict('absent', '} catch {}') : verdict('present', risky.trim())
    })
    const report = await runOn(repository, fix, { ...requestFor(finding), attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([
      { outcome: 'not-kept', gate: 'diagnostics', reason: expect.stringMatching(/no-empty/) },
    ])
  })

  it('is not kept where a test fails', async () => {
    const repository = project({ 'src/first.js': source, 'src/first.test.js': test })
    const { handle } = honest(() => fence(source.replace(risky, "  return list[1]?.name ?? ''\n")))
    const report = await runOn(repository, fix, { ...requestFor(finding), attempts: 1 }, { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-kept', gate: 'tests' }])
  })

  it('is tried again where a linter complains about the same lines, and both are gone at last', async () => {
    const both = source.replace(risky, `  if (list == null) return ''\n${risky}`)
    const repository = project({ 'src/first.js': both })
    const answers = [both.replace('==', '==='), both.replace('==', '===').replace(risky, safe)]
    const { handle } = honest((_, index) => fence(answers[index] ?? ''))
    const scope = requestFor(finding, {
      ...claim('src/first.js', 2, "  if (list == null) return ''"),
      rule: 'eslint/eqeqeq',
      source: { kind: 'linter', name: 'eslint', rule: 'eqeqeq' },
    })
    const report = await runOn(repository, fix, scope, { engine: handle })
    expect(resultOf(report).targets.map(({ tool, outcome, attempts }) => [tool, outcome, attempts])).toEqual([
      ['review', 'fixed', 2],
      ['eslint', 'fixed', 2],
    ])
    expect(textIn(repository, 'src/first.js')).toBe(answers[1])
  })

  it('goes with its lines where another repair moves them, and asks again before it believes that it is gone', async () => {
    const two = `export function last(list) {\n  if (list == null) return null\n  return list.at(-1)\n}\n\n${source}`
    const repository = project({ 'src/first.js': two })
    const lint = {
      ...claim('src/first.js', 2, '  if (list == null) return null'),
      rule: 'eslint/eqeqeq',
      source: { kind: 'linter' as const, name: 'eslint', rule: 'eqeqeq' },
    }
    const { handle } = honest((said) =>
      asked(said).includes('eslint/eqeqeq')
        ? fence('export function last(list) {\n  if (list === null)\n    return null\n  return list.at(-1)\n}\n')
        : fence(right),
    )
    const report = await runOn(repository, fix, requestFor(lint, { ...finding, region: { ...finding.region, startLine: 7, endLine: 7 } }), {
      engine: handle,
    })
    expect(resultOf(report).targets.map(({ outcome }) => outcome)).toEqual(['fixed', 'fixed'])
    expect(textIn(repository, 'src/first.js')).toContain(safe)
  })

  it('is not needed where a neighbour was repaired and the model does not see it any more', async () => {
    const repository = project({ 'src/first.js': source })
    const twice = requestFor(finding, { ...finding, rule: 'review/type', source: { kind: 'model', name: 'scripted', rule: 'type' } })
    // Together they are refused; the repair of the first one alone takes the second along.
    let repairs = 0
    const { handle } = honest(() => (repairs++ < 2 ? 'No.' : fence(right)))
    const report = await runOn(repository, fix, { ...twice, attempts: 4 }, { engine: handle })
    expect(resultOf(report).targets.map(({ outcome, attempts, reason }) => [outcome, attempts, reason])).toEqual([
      ['fixed', 3, ''],
      ['not-attempted', 0, expect.stringContaining('Another repair has changed it')],
    ])
    expect(report.findings).toEqual([])
  })

  it('is made with no model where none may be asked: not at all, and it stays what it was', async () => {
    const repository = project({ 'src/first.js': source })
    const report = await runOn(repository, fix, { ...requestFor(finding), model: 'none' }, { engine: null })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: 'No model was to be asked.' }])
    expect(report.findings).toMatchObject([{ rule: 'review/null', title: finding.title, evidence: finding.evidence }])
  })

  it('is left for want of room where its lines do not fit into the window', async () => {
    const repository = project({ 'src/first.js': source })
    const { engine, handle } = honest()
    const small = { ...handle, open: async () => ({ ...engine, contextTokens: 320 }) }
    const report = await runOn(repository, fix, requestFor(finding), { engine: small })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-attempted', reason: expect.stringContaining('do not fit') }])
  })

  it('ends with the tokens', async () => {
    const repository = project({ 'src/first.js': source })
    const report = await runOn(repository, fix, requestFor(finding), { engine: honest().handle, maxTokens: 100 })
    expect([resultOf(report).targets[0]?.outcome, report.completeness]).toEqual(['not-attempted', 'partial'])
  })

  it('does not put a filter aside', async () => {
    const repository = project({ 'src/first.js': source })
    const filter = { ...request.filter, rules: ['review/async'] }
    const report = await runOn(repository, fix, { ...requestFor(finding), filter }, { engine: honest().handle })
    expect(resultOf(report).targets).toEqual([])
  })

  it('is made outside of any definition, too, and in a language that nobody here knows', async () => {
    const repository = project({ 'deploy.plan': 'retries: -1\nhost: a\n' })
    const { handle } = scriptedEngine((said) => {
      if (questionOf(said) === 'repair') return fence('retries: 3\nhost: a\n')
      return asked(said).includes('-1') ? verdict('present', 'retries: -1') : verdict('absent', 'retries: 3')
    })
    const report = await runOn(repository, fix, requestFor(claim('deploy.plan', 1, 'retries: -1')), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', verifiedBy: ['model'] }])
    expect(textIn(repository, 'deploy.plan')).toBe('retries: 3\nhost: a\n')
  })

  it('may be one of a comment, which the model is shown then', async () => {
    const wrong = '// Returns the last name.'
    const repository = project({ 'src/first.js': `${wrong}\n${right}` })
    const about = claim('src/first.js', 1, wrong, { source: { kind: 'model', name: 'scripted', rule: 'docs' } })
    const { handle } = scriptedEngine((said) => {
      if (questionOf(said) === 'repair') return fence(`// Returns the first name.\n${right}`)
      return asked(said).includes(wrong) ? verdict('present', wrong) : verdict('absent', '// Returns the first name.')
    })
    const report = await runOn(repository, fix, requestFor(about), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ rule: 'docs', outcome: 'fixed' }])
  })

  it('is found by what a masked report shows of its line', async () => {
    const line = "export const password = 'correct horse'"
    const repository = project({ 'src/key.js': `// Keys.\n${line}\n` })
    const masked = claim('src/key.js', 1, "export const password = '******'", {
      source: { kind: 'model', name: 'scripted', rule: 'secret' },
    })
    const { handle, requests } = scriptedEngine(() => verdict('cannot_tell', '', ''))
    const report = await runOn(repository, fix, requestFor(masked), { engine: handle })
    expect(resultOf(report).targets).toMatchObject([{ line: 2, reason: expect.stringContaining('It cannot tell.') }])
    expect(asked(requests[0]!)).toContain(line)
  })

  it('changes the lines in question, not those beside the definition', async () => {
    const beside = `export const none = []\n${source}`
    const repository = project({ 'src/first.js': beside })
    const { handle } = honest(() => '```\n<<<<<<< SEARCH\nexport const none = []\n=======\nexport const none = [1]\n>>>>>>> REPLACE\n```\n')
    const report = await runOn(
      repository,
      fix,
      { ...requestFor({ ...finding, region: { ...finding.region, startLine: 3 } }), attempts: 1 },
      {
        engine: handle,
      },
    )
    expect(resultOf(report).targets).toMatchObject([{ outcome: 'not-kept' }])
    expect(textIn(repository, 'src/first.js')).toBe(beside)
  })
})
