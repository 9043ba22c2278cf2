import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { openMemory } from '../../../src/memory/sqlite.ts'
import { fenced, generateOn, nodeFiles, repositoryOf } from './generation-scene.ts'

const good = fenced(
  "import { shipping } from './price'",
  "describe('shipping', () => {",
  "  it('is free from 50 on', () => {",
  '    assert.equal(shipping(50), 0)',
  '    assert.equal(shipping(49), 5)',
  '  })',
  '})',
)
const wrong = fenced("it('costs four', () => {", '  assert.equal(shipping(10), 4)', '})')
const empty = fenced("it('is there', () => {", '  assert.ok(true)', '})')

// Each of them starts a runner many times.
const patience = { timeout: 240_000 }

describe('tests that are written', patience, () => {
  it('are kept where they prove something, and say what they have changed', async () => {
    const repository = repositoryOf(nodeFiles)
    const { report, result, read, status, model } = await generateOn(repository, { shipping: [good] })
    expect(result.targets.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['shipping', 'improved'],
      ['discount', 'not-attempted'],
    ])
    expect(result.candidates).toMatchObject([{ target: 'src/price.js shipping', path: 'test/price.test.js', attempt: 1, outcome: 'kept' }])
    expect(result.coverage).toMatchObject([{ path: 'src/price.js', lines: { before: { covered: 6 }, after: { covered: 8 } } }])
    expect(result.score.after).toBeGreaterThan(result.score.before ?? 0)
    expect(result.suite).toMatchObject({ executedBefore: 1, executedAfter: 2 })
    expect(read('test/price.test.js')).toBe(
      nodeFiles['test/price.test.js']
        ?.replace('import { test } from', 'import { test, it } from')
        .replace('import { discount }', 'import { discount, shipping }')
        .concat("\nit('is free from 50 on', () => {\n  assert.equal(shipping(50), 0)\n  assert.equal(shipping(49), 5)\n})\n"),
    )
    expect(status).toBe(' M test/price.test.js\n')
    expect(report).toMatchObject({ completeness: 'complete', findings: [], usage: { requests: 1 } })
    expect(report.summary).toContain('1 test kept of 1 written, for 1 of 2 functions')
    expect(model.requests).toHaveLength(1)
  })

  it('are asked for again with what went wrong, and a value that differs may be a bug', async () => {
    const repository = repositoryOf(nodeFiles)
    const { report, result, model } = await generateOn(repository, { shipping: [wrong, good] }, { only: 'uncovered' })
    expect(result.candidates.map(({ attempt, outcome, filter }) => [attempt, outcome, filter])).toEqual([
      [1, 'rejected', 'execute'],
      [2, 'kept', null],
    ])
    const [, second] = model.requests
    expect(second?.messages.at(-1)).toMatchObject({ role: 'user', text: expect.stringContaining('That test was not kept.') })
    expect(result.possibleBugs).toMatchObject([{ expected: '4', received: '5' }])
    expect(report.findings).toMatchObject([
      {
        rule: 'generate-tests/possible-bug',
        severity: 'note',
        region: { path: 'src/price.js', startLine: 6 },
        source: { kind: 'test' },
        proof: { kind: 'executed' },
      },
    ])
  })

  it('are kept together in one file, and what one of them reaches needs no other', async () => {
    const source = `export function double(n) {
  return twice(n)
}

export function twice(n) {
  return n * 2
}

export function half(n) {
  return n / 2
}
`
    const repository = repositoryOf({ ...nodeFiles, 'src/price.js': `${nodeFiles['src/price.js'] ?? ''}\n${source}` })
    const script = {
      double: [fenced("it('counts', () => {", '  assert.equal(double(3), 6)', '})')],
      half: [fenced("it('counts', () => {", '  assert.equal(half(6), 3)', '})')],
      shipping: [good],
    }
    const { result, report, read } = await generateOn(repository, script, { only: 'uncovered' })
    expect(result.targets.map(({ name, outcome, reason }) => [name, outcome, reason])).toEqual([
      ['shipping', 'improved', ''],
      ['double', 'improved', ''],
      ['twice', 'not-attempted', 'A test that was kept for another function reaches it.'],
      ['half', 'improved', ''],
      ['discount', 'not-attempted', 'Tests reach all of it.'],
    ])
    expect(report.findings).toEqual([])
    expect(result.suite).toMatchObject({ executedBefore: 1, executedAfter: 4 })
    expect(read('test/price.test.js').match(/^it\(.*$/gm)).toEqual([
      "it('is free from 50 on', () => {",
      "it('counts', () => {",
      "it('counts (2)', () => {",
    ])
  })

  it('are kept where the file of several has suites, and the others are put into one as well', async () => {
    const one = fenced("describe('double', () => {", "  it('is twice', () => {", '    assert.equal(double(3), 6)', '  })', '})')
    const other = fenced("it('half', () => {", '  assert.equal(half(6), 3)', '})')
    const repository = repositoryOf({
      ...nodeFiles,
      'src/rare.js': 'export function double(n) {\n  return n * 2\n}\n\nexport function half(n) {\n  return n / 2\n}\n',
    })
    const scope = { kind: 'paths' as const, covers: (path: string) => path === 'src/rare.js' }
    const { result } = await generateOn(repository, { double: [one], half: [other] }, { scope })
    expect(result.candidates.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['kept', expect.any(String)],
      ['kept', expect.any(String)],
    ])
  })

  it('are asked for again where a test of another function was the first to load the file', async () => {
    const one = fenced("it('doubles', () => {", '  assert.equal(double(3), 6)', '})')
    const other = fenced("it('halves', () => {", '  assert.equal(half(6), 3)', '})')
    const repository = repositoryOf({
      ...nodeFiles,
      'src/rare.js': 'export function double(n) {\n  return n * 2\n}\n\nexport function half(n) {\n  return n / 2\n}\n',
    })
    const scope = { kind: 'paths' as const, covers: (path: string) => path === 'src/rare.js' }
    const { result } = await generateOn(repository, { double: [one], half: ['I cannot.', other] }, { scope })
    expect(result.targets.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['double', 'improved'],
      ['half', 'improved'],
    ])
  })

  it('are left out where they prove nothing, and the function is told', async () => {
    const repository = repositoryOf(nodeFiles)
    const { report, result, status } = await generateOn(repository, { shipping: ['I cannot.', empty, empty] }, { only: 'uncovered' })
    expect(status).toBe('')
    expect(result.targets[0]).toMatchObject({
      name: 'shipping',
      outcome: 'unchanged',
      reason: expect.stringContaining('Then the same answer came again.'),
    })
    expect(result.filters.find(({ filter }) => filter === 'assert')).toEqual({ filter: 'assert', asked: 1, rejected: 1 })
    expect(result.candidates.map(({ filter }) => filter)).toEqual(['answer', 'assert'])
    expect(report.findings).toMatchObject([
      { rule: 'generate-tests/no-test-kept', severity: 'warning', evidence: 'export function shipping(total) {' },
    ])
    expect(result.applied).toBeNull()
  })

  it('are only shown, or committed, where that is wanted', async () => {
    const repository = repositoryOf(nodeFiles)
    let patch = ''
    const keepPatch = (bytes: Uint8Array) => (patch = Buffer.from(bytes).toString())
    const shown = await generateOn(repository, { shipping: [good] }, { only: 'uncovered', apply: false, keepPatch })
    expect(shown.status).toBe('')
    expect(shown.report.patch).toContain("+it('is free from 50 on', () => {")
    expect(patch).toBe(shown.report.patch)
    const { result, status } = await generateOn(repository, { shipping: [good] }, { only: 'uncovered', commit: true })
    expect(status).toBe('')
    expect(result.applied?.commit).toBe(repository.git('rev-parse', 'HEAD').trim())
    expect(repository.git('log', '-1', '--format=%s').trim()).toBe('test: cover shipping')
  })

  it('are not asked for twice where the answer is known', async () => {
    const repository = repositoryOf(nodeFiles)
    const memory = openMemory({ path: join(repository.root, '../memory.db'), maxAge: 1e9, maxBytes: 1e8 })
    const more = { only: 'uncovered', apply: false } as const
    const first = await generateOn(repository, { shipping: [wrong, good] }, more, { memory })
    const second = await generateOn(repository, {}, more, { memory })
    memory.close()
    expect(first.model.requests).toHaveLength(2)
    expect(second.model.requests).toHaveLength(0)
    expect(second.report).toMatchObject({ patch: first.report.patch, usage: { requests: 0, cacheHits: 2 } })
  })

  it('are for the functions that a change touches', async () => {
    const repository = repositoryOf(nodeFiles)
    const source = nodeFiles['src/price.js'] ?? ''
    writeFileSync(join(repository.root, 'src/price.js'), source.replace('? 0 : 5', '? 0 : 6'))
    const scope = { kind: 'change', selector: { kind: 'uncommitted' }, paths: [] } as const
    const answer = good.replace('49), 5', '49), 6')
    const { result, read } = await generateOn(repository, { shipping: [answer] }, { scope, only: 'changed' })
    expect(result.targets).toMatchObject([{ name: 'shipping', outcome: 'improved' }])
    expect(read('src/price.js')).toContain('? 0 : 6')
  })

  it('are for what is staged, and are staged with it', async () => {
    const repository = repositoryOf(nodeFiles)
    const source = nodeFiles['src/price.js'] ?? ''
    writeFileSync(join(repository.root, 'src/price.js'), source.replace('? 0 : 5', '? 0 : 6'))
    repository.git('add', 'src/price.js')
    writeFileSync(join(repository.root, 'src/price.js'), 'broken(')
    const scope = { kind: 'change', selector: { kind: 'staged' }, paths: [] } as const
    const { status, report } = await generateOn(repository, { shipping: [good.replace('49), 5', '49), 6')] }, { scope, only: 'uncovered' })
    expect(status).toBe('MM src/price.js\nM  test/price.test.js\n')
    expect(report.summary).toContain('they are staged')
  })
})

describe('a run that writes tests', patience, () => {
  it('refuses a suite that fails, before anything is asked', async () => {
    const red = { ...nodeFiles, 'test/price.test.js': (nodeFiles['test/price.test.js'] ?? '').replace('150', '151') }
    await expect(generateOn(repositoryOf(red), {})).rejects.toMatchObject({
      code: 'TESTS_RED',
      message: expect.stringContaining('takes a part off'),
    })
  })

  it('stops at the limit of tests, and leaves the others alone', async () => {
    const more = { 'src/more.js': 'export function half(n) {\n  return n / 2\n}\n' }
    const { result, report } = await generateOn(
      repositoryOf({ ...nodeFiles, ...more }),
      { half: [fenced("it('halves', () => {", '  assert.equal(half(4), 2)', '})')] },
      { only: 'uncovered', maxTests: 1 },
    )
    expect(result.targets.map(({ name, outcome, reason }) => [name, outcome, reason])).toEqual([
      ['half', 'improved', ''],
      ['shipping', 'not-attempted', 'The limit of 1 test was reached.'],
      ['discount', 'not-attempted', 'The limit of 1 test was reached.'],
    ])
    expect(result.files).toEqual([{ path: 'test/more.test.js', kind: 'added' }])
    expect(report).toMatchObject({ completeness: 'complete', findings: [] })
  })

  it('stops where enough is covered', async () => {
    const { result, model } = await generateOn(repositoryOf(nodeFiles), {}, { only: 'uncovered', targetCoverage: 50 })
    expect(model.requests).toHaveLength(0)
    expect(result.targets[0]).toMatchObject({ outcome: 'not-attempted', reason: 'The aim of 50 % covered lines was reached.' })
  })

  it('is not finished where the time is over', async () => {
    const { report, status } = await generateOn(repositoryOf(nodeFiles), {}, { only: 'uncovered' }, { maxTokens: 1 })
    expect(report.completeness).toBe('partial')
    expect(status).toBe('')
  })

  it('says why nobody could be asked, and what was left where somebody could', async () => {
    const gone = new AppError('ENGINE_UNREACHABLE', 'Nobody answers.')
    const long = new AppError('ENGINE_OUT_OF_CONTEXT', 'It is too long.')
    const { report, result } = await generateOn(repositoryOf(nodeFiles), { shipping: [gone] }, { only: 'uncovered' })
    expect([report.completeness, report.findings, report.notices.map(({ code }) => code)]).toEqual(['partial', [], ['ENGINE_UNREACHABLE']])
    expect(result.targets[0]).toMatchObject({ name: 'shipping', outcome: 'not-attempted', reason: 'Nobody answers.' })
    const other = await generateOn(repositoryOf(nodeFiles), { shipping: ['I cannot.', gone] }, { only: 'uncovered' })
    expect([other.report.completeness, other.report.notices.map(({ code }) => code)]).toEqual(['partial', ['TESTS_UNFINISHED']])
    const last = await generateOn(repositoryOf(nodeFiles), { shipping: [long] }, { only: 'uncovered' })
    expect(last.result.targets[0]).toMatchObject({ outcome: 'not-attempted', reason: 'It is too long.' })
    expect(last.report.completeness).toBe('partial')
  })

  it('leaves the tree as it was when it is interrupted', async () => {
    const repository = repositoryOf(nodeFiles)
    const stop = new AbortController()
    const onEvent = ({ type }: { type: string }) => {
      if (type === 'test-try') stop.abort(130)
    }
    await expect(generateOn(repository, { shipping: [good] }, { only: 'uncovered' }, { signal: stop.signal, onEvent })).rejects.toBe(130)
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  it('says so where no function is meant', async () => {
    const { report } = await generateOn(repositoryOf(nodeFiles), {}, { scope: { kind: 'paths', covers: () => false } })
    expect(report).toMatchObject({ summary: 'there is no function here to write a test for', findings: [], completeness: 'complete' })
  })
})
