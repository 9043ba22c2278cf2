import { describe, expect, it } from 'vitest'
import type { DiffLine } from '../../../../src/domain/change.ts'
import { findingSchema } from '../../../../src/domain/finding.ts'
import type { Check } from '../../../../src/tasks/review/checks/check.ts'
import { checkFacts } from '../../../../src/tasks/review/checks/check-facts.ts'
import { checks } from '../../../../src/tasks/review/checks/registry.ts'
import { runChecks } from '../../../../src/tasks/review/checks/run-checks.ts'
import { changedFile, reviewed } from './reviewed.ts'

const check = (name: string, more: Partial<Check> = {}): Check => ({
  name,
  summary: `What ${name} is for.`,
  defaultSeverity: 'warning',
  run: async () => [{ title: name, message: 'm', region: { path: 'a', startLine: 1, endLine: 1 }, evidence: 'e' }],
  ...more,
})

describe('running the checks', () => {
  it('gives every finding what its check does not say', async () => {
    const { findings } = await runChecks([check('a')], { severities: {} }, reviewed({}))
    expect(findings).toEqual([
      {
        rule: 'check/a',
        severity: 'warning',
        confidence: 1,
        title: 'a',
        message: 'm',
        region: { path: 'a', startLine: 1, endLine: 1 },
        evidence: 'e',
        source: { kind: 'check', name: 'check', rule: 'a' },
        proof: { kind: 'static', detail: 'What a is for.' },
        replacement: null,
      },
    ])
  })

  it('reports with the severity that is configured, and one below it what is milder', async () => {
    const mild = check('mild', {
      run: async () => [
        { title: 't', message: 'm', milder: true, replacement: 'r', region: { path: 'a', startLine: null, endLine: null }, evidence: '' },
      ],
    })
    const severityOf = async (severity: 'error' | 'note') =>
      (await runChecks([check('a'), mild], { severities: { a: severity, mild: severity } }, reviewed({}))).findings.map(
        (one) => one.severity,
      )
    expect([await severityOf('error'), await severityOf('note')]).toEqual([
      ['error', 'warning'],
      ['note', 'note'],
    ])
  })

  it('does not run what is off', async () => {
    const { findings } = await runChecks([check('a'), check('b')], { severities: { a: 'off' } }, reviewed({}))
    expect(findings.map(({ rule }) => rule)).toEqual(['check/b'])
  })

  it('turns a check that fails into a notice, and keeps what the others found', async () => {
    const broken = (name: string, error: unknown) => check(name, { run: () => Promise.reject(error) })
    const { findings, notices } = await runChecks(
      [broken('x', new Error('why')), check('a'), broken('y', 'text')],
      { severities: {} },
      reviewed({}),
    )
    expect(findings.map(({ rule }) => rule)).toEqual(['check/a'])
    expect(notices.map(({ code, message }) => [code, message])).toEqual([
      ['INTERNAL', 'The check x failed and found nothing: why'],
      ['INTERNAL', 'The check y failed and found nothing: text'],
    ])
  })

  it('ends when it is aborted', async () => {
    const controller = new AbortController()
    const aborting = check('a', {
      run: async ({ signal }) => {
        controller.abort(new Error('enough'))
        signal.throwIfAborted()
        return []
      },
    })
    await expect(runChecks([aborting, check('b')], { severities: {} }, reviewed({}, { signal: controller.signal }))).rejects.toThrow(
      'enough',
    )
  })

  it('keeps titles to the length of the contract', async () => {
    const { findings } = await runChecks([check('a'.repeat(200))], { severities: {} }, reviewed({}))
    expect(findings[0]!.title).toBe(`${'a'.repeat(79)}…`)
  })

  it('reads every file once, however many checks ask for it', async () => {
    const input = reviewed({ 'a.ts': { old: 'a()\n', new: 'b()\n' } })
    const reads: string[] = []
    const counting = { ...input, readNew: (path: string) => (reads.push(path), input.readNew(path)) }
    await runChecks(checks, { severities: {} }, counting)
    expect(reads).toEqual(['a.ts'])
  })
})

const token = ['gh', 'p_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('')

describe('all checks together', () => {
  it('are named once each, and as the contract asks', () => {
    expect(checks.map(({ name }) => name).toSorted()).toEqual([
      'conflict-markers',
      'debugger-statements',
      'focused-tests',
      'invisible-characters',
      'large-files',
      'lockfile',
      'secrets',
      'skipped-tests',
      'suppressions',
      'syntax',
      'weakened-assertions',
    ])
  })

  it('find what stands in a change, as findings of the report', async () => {
    const input = reviewed({
      'src/a.ts': `const token = '${token}'\n// @ts-ignore\nf()\ndebugger\n`,
      'src/b.ts': { old: 'a\n', new: `${'<'.repeat(7)} HEAD\na\n${'='.repeat(7)}\nb\n${'>'.repeat(7)} b\n` },
      'a.test.ts': { old: 'x()\nexpect(a).toBe(1)\n', new: `x()\nexpect(a).toBeTruthy()\nit.only('a', f)\nit.skip('b', f)\n` },
      'a.json': '{\n',
      'c.md': 'a\u202eb\n',
    })
    const { findings, notices } = await runChecks(checks, { severities: {} }, input)
    expect(notices).toEqual([])
    expect(findings.map(({ rule, region }) => `${rule.slice(6)} ${region.path}:${region.startLine}`)).toEqual([
      'secrets src/a.ts:1',
      'conflict-markers src/b.ts:1',
      'invisible-characters c.md:1',
      'syntax a.json:1',
      'focused-tests a.test.ts:3',
      'skipped-tests a.test.ts:4',
      'weakened-assertions a.test.ts:2',
      'debugger-statements src/a.ts:4',
      'suppressions src/a.ts:2',
    ])
    for (const finding of findings) findingSchema.parse({ ...finding, id: '1', fingerprint: 'f', suppressed: null })
  })

  it('point at added lines, word for word', async () => {
    const lines = ['debugger', 'it.only("a", f)', '// @ts-ignore', `x = "${token}"`, 'a\u200bb()', 'expect(1).toBe(1)']
    const texts = Object.fromEntries(lines.map((line, at) => [`a${at}.test.ts`, { old: 'a()\n\nb()\n', new: `a()\n${line}\nb()\n` }]))
    const { findings } = await runChecks(checks, { severities: {} }, reviewed(texts))
    const found = Object.fromEntries(findings.map(({ region, evidence }) => [region.path, [region.startLine, evidence]]))
    expect(found).toEqual(Object.fromEntries(lines.map((line, at) => [`a${at}.test.ts`, [2, line]])))
  })

  it.each([
    'a',
    ' ',
    '"',
    "'",
    '`',
    '${',
    '/',
    '(',
    '{',
    '<',
    '=',
    '.',
    'it.',
    '.only',
    'expect(',
    'assert ',
    'debugger',
    'password=',
    '#',
    '\\',
    '\u200b',
    'eslint-disable ',
    ': any',
    'x:',
    'test(',
    't.Skip(',
    'skip ',
    '<<<<<<< a\n',
    'it.only("a")\n',
    'it.skip("a")\n',
    'debugger\n',
    '// @ts-ignore\n',
    'password = "hunter2"\n',
    '\u202ea\n',
    '@',
    '*',
  ])('survive a megabyte of %j', { timeout: 120_000 }, async (piece) => {
    const line = (length: number) => `${piece.repeat(Math.ceil(length / piece.length))}\n`
    const others = ['test_a.py', 'a_test.go', 'spec/a_spec.rb', 'a.md', 'a.vue'].map((name) => [name, line(100_000)])
    const { notices } = await runChecks(
      checks,
      { severities: {} },
      reviewed({ 'a.test.ts': line(1_000_000), ...Object.fromEntries(others) }),
    )
    expect(notices).toEqual([])
  })

  it('survive a test file that is rewritten', { timeout: 120_000 }, async () => {
    const rows = (kind: 'added' | 'removed', text: (at: number) => string) =>
      Array.from(
        { length: 20_000 },
        (_, at): DiffLine => ({
          kind,
          text: text(at),
          oldLine: kind === 'added' ? null : at + 1,
          newLine: kind === 'removed' ? null : at + 1,
          endsWithoutNewline: false,
        }),
      )
    const lines = [...rows('removed', (at) => `expect(a${at}).toBe(${at})`), ...rows('added', (at) => `expect(b${at}).toBeTruthy()`)]
    const hunk = { oldStart: 1, oldLines: 20_000, newStart: 1, newLines: 20_000, lines }
    const file = { ...changedFile('a.test.ts', 'a', 'b'), hunks: [hunk], addedLines: 20_000, removedLines: 20_000 }
    const { findings } = await runChecks(checks, { severities: {} }, reviewed({}, { files: [file] }))
    expect(findings).toEqual([])
  })
})

it('has a check for each that the configuration knows, in the same order', () => {
  expect(checks.map(({ name, summary, defaultSeverity }) => ({ name, summary, defaultSeverity }))).toEqual(checkFacts)
})
