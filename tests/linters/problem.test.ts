import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linters } from '../../src/linters/registry.ts'
import type { Problem } from '../../src/linters/problem.ts'
import { placeProblems, toOutcome } from '../../src/linters/problem.ts'
import { reportedPath } from '../../src/linters/reported-path.ts'
import { requestFor, scriptedRun } from '../helpers/linter-runner.ts'

const cases = process.env.SOAK === '1' ? 5_000 : 200
const surroundings = { directory: 'packages/a', mountedAt: '/repo' }
const use = { linter: 'tool', directory: '.', program: ['tool'] }
const request = requestFor('/nowhere', ['a.js', 'b.js'], { mountedAt: '/repo', readText: async () => 'x\n'.repeat(9) })
const coordinates = { unit: 'utf16', firstColumn: 1, lineBreaks: 'lf', countsByteOrderMark: false } as const

const problem = (more: Partial<Problem> = {}): Problem => ({
  path: 'a.js',
  place: { line: 1, column: 1 },
  rule: 'rule',
  severity: 'error',
  message: 'Message.',
  isFatal: false,
  isFixable: false,
  ...more,
})

describe('a path that a tool prints', () => {
  it.each([
    ['relative to where it was started', 'src/x.js', 'packages/a/src/x.js'],
    ['of a neighbour', '../b/x.js', 'packages/b/x.js'],
    ['absolute', '/repo/x.js', 'x.js'],
    ['a URI', 'file:///repo/packages/a%20b/%C3%A9.js', 'packages/a b/é.js'],
    ['with detours', './/src/./y/../x.js', 'packages/a/src/x.js'],
    ['with two dots in a name', '..x.js', 'packages/a/..x.js'],
  ])('is known when it is %s', (_, printed, path) => {
    expect(reportedPath(printed, surroundings)).toBe(path)
  })

  it.each([
    '',
    '/etc/passwd',
    '/repository/x.js',
    '../../../x.js',
    '/repo',
    '/repo/..',
    'a\0b',
    'file:///etc/passwd',
    'file://host/repo/x.js',
    'file:///repo/%zz',
    'FILE:///etc/x',
  ])('is dropped when it is %j', (printed) => {
    expect(reportedPath(printed, surroundings)).toBe(null)
  })

  it('never leads out of the root, whatever it is', () => {
    const anyPath = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('..', '.', '/', 'a', 'file:', '%2e%2e', '//', '\\', '\0'), { maxLength: 12 })
        .map((parts) => parts.join('/')),
    )
    fc.assert(
      fc.property(anyPath, (printed) => {
        const path = reportedPath(printed, surroundings)
        if (path !== null) expect(path.startsWith('/') || path.split('/').includes('..') || path.includes('\0') || path === '').toBe(false)
      }),
      { numRuns: cases * 5 },
    )
  })
})

describe('the complaints of a tool', () => {
  it('are told once, by place, for the files asked for', async () => {
    const problems = [
      problem({ path: 'b.js', place: null }),
      problem({ place: { line: 3, column: 1 } }),
      problem({ place: { line: 2, column: 2 }, rule: 'z' }),
      problem({ place: { line: 2, column: 2 }, rule: 'b', message: 'Two' }),
      problem({ place: { line: 2, column: 2 }, rule: 'b', message: 'One' }),
      problem({ place: { line: 2 }, rule: null }),
      problem({ place: { line: 3, column: 1 } }),
      problem({ path: 'c.js' }),
    ]
    const outcome = await toOutcome(problems, { use, request, coordinates })
    expect(
      outcome.status === 'checked' && outcome.diagnostics.map(({ path, range, rule, message }) => [path, range?.startLine, rule, message]),
    ).toEqual([
      ['a.js', 2, null, 'Message.'],
      ['a.js', 2, 'b', 'One'],
      ['a.js', 2, 'b', 'Two'],
      ['a.js', 2, 'z', 'Message.'],
      ['a.js', 3, 'rule', 'Message.'],
      ['b.js', undefined, 'rule', 'Message.'],
    ])
  })

  it('are counted when they are about files outside of the tree', async () => {
    const outcome = await toOutcome([problem(), problem({ path: '/etc/passwd' })], { use, request, coordinates })
    expect(outcome).toMatchObject({ status: 'checked', elsewhere: 1 })
  })

  it('are a failure when all of them are about files outside of the tree', async () => {
    const outcome = await toOutcome([problem({ path: '/other/a.js' })], { use, request, coordinates })
    expect(outcome).toEqual({ status: 'failed', reason: 'tool reported only on files outside of the repository, such as "/other/a.js".' })
  })

  it('are kept short', async () => {
    const outcome = await toOutcome([problem({ message: ` ${'m'.repeat(1e6)}`, rule: 'r'.repeat(1e6) })], { use, request, coordinates })
    const [diagnostic] = outcome.status === 'checked' ? outcome.diagnostics : []
    expect([diagnostic?.message.length, diagnostic?.rule?.length]).toEqual([1_999, 200])
  })

  it('have no rule rather than an empty one', async () => {
    const outcome = await toOutcome([problem({ rule: '' })], { use, request, coordinates })
    expect(outcome).toMatchObject({ diagnostics: [{ rule: null }] })
  })

  it('are placed without being read', () => {
    expect(placeProblems([problem(), problem({ path: '../x' })], { directory: '.', mountedAt: '/repo' })).toMatchObject({
      placed: [{ path: 'a.js' }],
      elsewhere: 1,
    })
  })
})

const anyWord = fc.constantFrom(
  'a.js:1:1 error x/y z',
  '[error] a.js: SyntaxError: x (1:1)',
  'a.js(1,1): error TS2322: x',
  'error TS18003: x',
  'Summary: 1 issue in 1 file',
  'No files found to lint. x',
  '../../etc/passwd(1,1): error TS1: x',
  'file:///etc/passwd',
)
const anyReport = fc.oneof(
  fc.json(),
  fc.array(fc.oneof(anyWord, fc.string()), { maxLength: 6 }).map((lines) => lines.join('\n')),
  fc
    .record({
      filePath: fc.constantFrom('/repo/a.js', '/etc/passwd', 'a.js', 7),
      messages: fc.array(
        fc.record({
          ruleId: fc.oneof(fc.string(), fc.constant(null)),
          severity: fc.integer({ min: 0, max: 3 }),
          message: fc.string(),
          line: fc.anything(),
          column: fc.integer(),
          fix: fc.anything(),
        }),
      ),
    })
    .map((file) => JSON.stringify([file])),
  fc
    .array(
      fc.record({
        message: fc.string(),
        code: fc.string(),
        severity: fc.string(),
        filename: fc.constantFrom('a.js', '../x'),
        labels: fc.array(fc.record({ span: fc.record({ offset: fc.integer(), length: fc.integer() }) })),
      }),
    )
    .map((diagnostics) => JSON.stringify({ summary: {}, diagnostics })),
)

describe('the words of a hostile tool', () => {
  it.each(linters)('never lead $name to throw, to leave the tree, or to name another file', async (linter) => {
    const handled = ['a.js', 'a.css', 'a.md', 'a.ts', 'a.py', 'a.sh', 'a.rb', 'src/lib.rs', 'a.go', 'Dockerfile'].filter(linter.handles)
    await fc.assert(
      fc.asyncProperty(anyReport, anyReport, fc.constantFrom(0, 1, 2, 3, 64, 101, 255), async (stdout, stderr, code) => {
        const { run } = scriptedRun({ code, stdout, stderr })
        const readText = async (path: string) => (path.endsWith('.json') ? '{}' : 'one\ntwo\n')
        const outcome = await linter.check(
          { ...use, linter: linter.name },
          requestFor('/nowhere', handled, { run, readText, mountedAt: '/repo' }),
        )
        if (outcome.status === 'failed') expect(outcome.reason).toMatch(/\S/)
        for (const { path, tool, range } of outcome.status === 'checked' ? outcome.diagnostics : []) {
          expect(handled).toContain(path)
          expect(tool).toBe(linter.name)
          expect(range?.startLine ?? 1).toBeGreaterThanOrEqual(1)
        }
      }),
      { numRuns: cases },
    )
  })

  it.each(linters)('and any other ending than an exit is a failure of $name', async (linter) => {
    const endings = [
      { kind: 'timeout' },
      { kind: 'signalled', signal: 'SIGSEGV' },
      { kind: 'out-of-memory' },
      { kind: 'output-limit' },
      { kind: 'not-found' },
    ] as const
    const handled = ['a.js', 'a.css', 'a.md', 'a.ts', 'a.py', 'a.sh', 'a.rb', 'src/lib.rs', 'a.go', 'Dockerfile'].filter(linter.handles)
    const reasons: string[] = []
    for (const ending of endings) {
      const { run } = scriptedRun({ ending })
      const readText = async () => '{}'
      const outcome = await linter.check({ ...use, linter: linter.name }, requestFor('/nowhere', handled, { run, readText, timeout: 5 }))
      reasons.push(outcome.status === 'failed' ? outcome.reason : 'CLEAN')
    }
    expect(reasons).toEqual([
      expect.stringContaining('did not end within 5 ms'),
      expect.stringContaining('SIGSEGV'),
      expect.stringContaining('ran out of memory'),
      expect.stringContaining('printed more than'),
      expect.stringContaining('is not installed'),
    ])
  })
})

describe('very long lines', () => {
  it.each([':1', ': ', '(1,1): error TS', '[error] a.js: '])('of "%s" are read at once by every adapter', async (piece) => {
    const line = `a.js${piece.repeat(1e6)}`
    for (const linter of linters) {
      const { run } = scriptedRun({ code: 1, stdout: line, stderr: `[error] ${line}` })
      const outcome = await linter.check(
        { ...use, linter: linter.name },
        requestFor('/nowhere', ['a.js'], { run, readText: async () => '{}' }),
      )
      expect(outcome.status).toBe('failed')
    }
  })
})

describe('very many files', () => {
  it('are given to a tool in as many runs as an argument list allows', async () => {
    const paths = Array.from({ length: 3_000 }, (_, index) => `src/${'long-folder/'.repeat(5)}file number ${index}.js`)
    const { run, commands } = scriptedRun({ stdout: '[]' })
    const eslint = linters.find(({ name }) => name === 'eslint')!
    await eslint.check(use, requestFor('/nowhere', paths, { run }))
    expect(commands.length).toBeGreaterThan(1)
    for (const { argv } of commands) expect(Buffer.byteLength(argv.join(' '))).toBeLessThan(100_000)
    expect(commands.flatMap(({ argv }) => argv.slice(argv.indexOf('--') + 1))).toEqual(paths.map((path) => `./${path}`))
  })

  it('are a failure when one of the runs is', async () => {
    const paths = Array.from({ length: 3_000 }, (_, index) => `${'long-folder/'.repeat(5)}${index}.js`)
    const { run } = scriptedRun({ stdout: '[]' }, { code: 2, stderr: 'crash' })
    const eslint = linters.find(({ name }) => name === 'eslint')!
    expect(await eslint.check(use, requestFor('/nowhere', paths, { run }))).toMatchObject({ status: 'failed' })
  })
})
