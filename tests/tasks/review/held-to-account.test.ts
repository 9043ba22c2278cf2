import { describe, expect, it } from 'vitest'
import { markDuplicates } from '../../../src/tasks/review/duplicates.ts'
import { applyIgnores, findIgnores } from '../../../src/tasks/review/ignores.ts'
import { refute } from '../../../src/tasks/review/refute.ts'
import { checkFinding, draftFinding } from '../../helpers/drafts.ts'

const suppressors = (findings: readonly { suppressed?: { by: string } | null | undefined }[]) =>
  findings.map(({ suppressed }) => suppressed?.by ?? null)

const file = `import { parsePort } from './port.ts'
import {
  readConfig,
} from './config.ts'

function start(options) {
  const limit = options.limit
  const unusedName = 1
  return parsePort(readConfig(), limit)
}
`

/** No tool has looked at anything. */
const opinionOn = () => null

describe('refute', () => {
  const judge = async (title: string, message = 'It throws a ReferenceError.') => {
    const [finding] = await refute([draftFinding({ title, message })], { readNew: async () => file, opinionOn })
    return finding?.suppressed?.by ?? null
  }

  it.each([
    ['`parsePort` is not defined'],
    ['parsePort is never imported'],
    ['Missing import of `readConfig`'],
    ['Undefined variable `limit`'],
    ['The function `start` is not declared'],
    ['The variable `limit` is never used'],
    ['Unused import `parsePort`'],
  ])('drops what the file contradicts: %s', async (title) => {
    expect(await judge(title, 'Fails.')).toBe('refuted')
  })

  it.each([
    ['Verify that the port is valid', 'Ensure that callers pass a number.'],
    ['Consider using a constant', 'It would be better to name it.'],
    ['The code is correct', 'No issue found.'],
  ])('drops what names no failure: %s', async (title, message) => {
    expect(await judge(title, message)).toBe('refuted')
  })

  it.each([
    ['`missingName` is not defined', 'It throws a ReferenceError.'],
    ['`unusedName` is never used', 'The value is lost.'],
    ['The result is undefined for an empty list', 'The caller then fails.'],
    ['Check is inverted', 'Valid ports are refused and the server never starts.'],
    ['Ensure call returns null for unknown ids', 'The next line throws.'],
  ])('keeps what may be true: %s', async (title, message) => {
    expect(await judge(title, message)).toBeNull()
  })

  it('does not judge tools, nor a file that it cannot read', async () => {
    const [check] = await refute([checkFinding('syntax', { title: '`limit` is not defined' })], { readNew: async () => file, opinionOn })
    const [blind] = await refute([draftFinding({ title: '`limit` is not defined' })], { readNew: async () => null, opinionOn })
    expect(suppressors([check!, blind!])).toEqual([null, null])
  })
})

describe('markDuplicates', () => {
  it('keeps the tool where a model says the same of the same line', () => {
    const found = markDuplicates([
      draftFinding({ rule: 'review/secret', source: { kind: 'model', name: 'm', rule: 'secret' }, title: 'Key in code' }),
      checkFinding('secrets', { title: 'AWS access key' }),
    ])
    expect(found.map(({ rule, suppressed }) => [rule, suppressed?.by ?? null])).toEqual([
      ['check/secrets', null],
      ['review/secret', 'duplicate'],
    ])
  })

  it('keeps the more severe of two claims in other words about neighbouring lines', () => {
    const found = markDuplicates([
      draftFinding({
        severity: 'warning',
        rule: 'review/logic',
        line: 4,
        title: 'User may be null here',
        message: 'It throws when the id is unknown.',
      }),
      draftFinding(),
    ])
    expect(found.map(({ severity, suppressed }) => [severity, suppressed?.by ?? null])).toEqual([
      ['error', null],
      ['warning', 'duplicate'],
    ])
  })

  it.each([
    ['another file', { path: 'b.ts' }],
    ['a line far away', { line: 40 }],
    ['something else', { rule: 'review/async', title: 'Missing await', message: 'The promise is dropped.' }],
    ['a whole file', { line: null }],
  ])('keeps a claim about %s', (_name, other) => {
    expect(suppressors(markDuplicates([draftFinding(), draftFinding(other)]))).toEqual([null, null])
  })

  it('keeps different findings of tools on one line, and what is suppressed already', () => {
    const already = draftFinding({ suppressed: { by: 'refuted', reason: 'x' } })
    expect(suppressors(markDuplicates([checkFinding('secrets'), checkFinding('secrets', { title: 'Another key' }), already]))).toEqual([
      null,
      null,
      'refuted',
    ])
  })
})

describe('ignore comments', () => {
  const source = [
    'const a = 1 // agent-ignore[review/null]: checked by the caller',
    '',
    '# agent-ignore[secrets, null]: a key of the test server',
    '',
    'const key = "…"',
    '/* agent-ignore[*]: generated */ const b = 2',
    '<!-- agent-ignore[docs]: -->',
    'const text = "agent-ignore[null]: not a comment"',
  ].join('\n')

  it('knows which line they speak of, which rules and why', () => {
    expect(findIgnores('a.ts', source).map(({ line, target, rule, reason }) => [line, target, rule, reason])).toEqual([
      [1, 1, 'review/null', 'checked by the caller'],
      [3, 5, 'secrets', 'a key of the test server'],
      [3, 5, 'null', 'a key of the test server'],
      [6, 6, '*', 'generated'],
      [7, 8, 'docs', ''],
    ])
  })

  const everywhere = { isAdded: () => true, wasRun: () => true }
  const ignore = (rule: string, reason = 'because') => findIgnores('a.ts', `\n\nuser.name // agent-ignore[${rule}]: ${reason}`)

  it.each([['review/null'], ['null'], ['*']])('accepts a finding of the rule %s on their line', (rule) => {
    const found = applyIgnores([draftFinding()], ignore(rule), everywhere)
    expect(found.map(({ rule: name, suppressed }) => [name, suppressed])).toEqual([['review/null', { by: 'inline', reason: 'because' }]])
  })

  it('are themselves a note when they have no effect, or no reason', () => {
    const found = applyIgnores([draftFinding()], [...ignore('async'), ...ignore('null', '')], everywhere)
    expect(found.map(({ rule, title, severity }) => `${severity} ${rule} ${title}`)).toEqual([
      'error review/null User may be null',
      'note check/ignore-comments Ignore comment without effect',
      'note check/ignore-comments Ignore comment without a reason',
    ])
  })

  it('are left alone when the change did not add them, or when nobody looked', () => {
    expect(applyIgnores([], ignore('async'), { isAdded: () => false, wasRun: () => true })).toEqual([])
    expect(applyIgnores([], ignore('async'), { isAdded: () => true, wasRun: () => false })).toEqual([])
  })

  it('do not speak of findings about a whole file', () => {
    expect(suppressors(applyIgnores([draftFinding({ line: null })], ignore('*'), { isAdded: () => false, wasRun: () => true }))).toEqual([
      null,
    ])
  })
})

describe('refute, against what is true', () => {
  it.each([
    ['Retry no longer works as expected', 'The request is lost.'],
    ['Assumes that user input is safe', 'It reaches the shell.'],
    ['`limit` read before initialization', 'It throws a ReferenceError.'],
  ])('keeps: %s', async (title, message) => {
    const [finding] = await refute([draftFinding({ title, message })], { readNew: async () => 'use(limit)\nconst limit = 3\n', opinionOn })
    expect(finding?.suppressed ?? null).toBeNull()
  })

  it('takes a call on a line with a declaration for no declaration', async () => {
    const [finding] = await refute([draftFinding({ title: '`helper` is not defined' })], {
      readNew: async () => 'function run() { helper() }\n',
      opinionOn,
    })
    expect(finding?.suppressed ?? null).toBeNull()
  })
})
