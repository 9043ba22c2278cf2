import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSarif } from '../../src/linters/sarif.ts'
import { installed, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { rangeOf } from './contract.ts'

const cases = process.env.SOAK === '1' ? 20_000 : 500
const text = 'one\nconst x = "😀é"; debugger;\nthree\n'

interface Log {
  run?: object
  driver?: object
  result?: object
  region?: object | undefined
  artifact?: object
}

/** A file with one result, which says what a test needs of it. */
function sarif({ run = {}, driver = {}, result = {}, region, artifact = { uri: 'src/a.js' } }: Log = {}): string {
  const physicalLocation = { artifactLocation: artifact, ...(region && { region }) }
  const one = { message: { text: 'Message.' }, ruleId: 'rule', locations: [{ physicalLocation }], ...result }
  return JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Tool', ...driver } }, results: [one], ...run }] })
}

const read = (log: string) => readSarif(log, { root: '/repo', readText: async () => text })

/** The one result that a file has, in the parts that a test looks at. */
async function only(log: Log) {
  const reading = await read(sarif(log))
  if (reading.status === 'failed') throw new Error(reading.reason)
  return reading.diagnostics[0]
}

describe('a SARIF file', () => {
  it('tells a result with its tool, rule, level, place and message', async () => {
    const region = { startLine: 2, startColumn: 18, endColumn: 27 }
    expect(await read(sarif({ region, run: { columnKind: 'utf16CodeUnits' }, result: { level: 'error' } }))).toEqual({
      status: 'read',
      elsewhere: 0,
      diagnostics: [
        {
          tool: 'Tool',
          rule: 'rule',
          severity: 'error',
          path: 'src/a.js',
          range: rangeOf(text, 'debugger;'),
          message: 'Message.',
          isFatal: false,
          isFixable: false,
        },
      ],
    })
  })

  it.each(['', '{}', '[]', 'null', '{"version":"2.0.0","runs":[]}', '{"version":"2.1.0","runs":[{}]}', sarif().slice(0, -1)])(
    'is refused when it is %j',
    async (log) => {
      expect(await read(log)).toEqual({ status: 'failed', reason: 'This is no SARIF 2.1 file.' })
    },
  )

  it('may begin with a byte order mark, and hold no runs or no results', async () => {
    expect(await read(`\uFEFF${sarif()}`)).toMatchObject({ status: 'read', diagnostics: [{ path: 'src/a.js' }] })
    expect(await read('{"version":"2.1.0","runs":[]}')).toEqual({ status: 'read', diagnostics: [], elsewhere: 0 })
    expect(await read(sarif({ run: { results: null } }))).toEqual({ status: 'read', diagnostics: [], elsewhere: 0 })
  })

  it('is a failure when the tool says that it did not run to its end and tells nothing', async () => {
    const invocations = [{ executionSuccessful: false }]
    expect(await read(sarif({ run: { invocations, results: [] } }))).toEqual({
      status: 'failed',
      reason: expect.stringContaining('Tool did not run to its end'),
    })
    expect(await read(sarif({ run: { invocations } }))).toMatchObject({ status: 'read' })
  })

  it.each([
    ['code points', { columnKind: 'unicodeCodePoints' }, { startLine: 2, startColumn: 17, endColumn: 26 }],
    ['UTF-16 units', { columnKind: 'utf16CodeUnits' }, { startLine: 2, startColumn: 18, endLine: 2, endColumn: 27 }],
    ['bytes of the file', {}, { byteOffset: 24, byteLength: 9 }],
  ])('may count %s', async (_, run, region) => {
    expect((await only({ run, region }))?.range).toEqual(rangeOf(text, 'debugger;'))
  })

  it('may leave open what it counts: then columns behind other characters than ASCII are not told', async () => {
    expect((await only({ region: { startLine: 2, startColumn: 18 } }))?.range).toEqual({
      startLine: 2,
      startColumn: null,
      endLine: 2,
      endColumn: null,
    })
    expect((await only({ region: { startLine: 2, startColumn: 7, endColumn: 8 } }))?.range).toEqual(rangeOf(text, 'x'))
  })

  it.each([
    [['\r\n', '\n'], 2],
    [['\n', '\r'], 3],
    [['\n', '\u2028'], 4],
  ])('may say with %j what ends a line', async (newlineSequences, startLine) => {
    const log = sarif({ run: { newlineSequences }, region: { startLine } })
    const reading = await readSarif(log, { root: '/repo', readText: async () => 'a\nb\rc\u2028d\ne' })
    expect(reading).toMatchObject({ diagnostics: [{ range: { startLine: 2 } }] })
  })

  it.each([
    ['relative', { uri: 'a%20b/%C3%A9.js' }, {}, 'a b/é.js'],
    ['not encoded', { uri: '100% a.js' }, {}, '100% a.js'],
    ['with a fragment', { uri: 'a.js?x#y' }, {}, 'a.js'],
    ['absolute', { uri: 'file:///repo/a.js' }, {}, 'a.js'],
    ['an absolute path, which is no URI', { uri: '/repo/a.js' }, {}, 'a.js'],
    ['below a base', { uri: 'a.js', uriBaseId: 'SRC' }, { originalUriBaseIds: { SRC: { uri: 'file:///repo/src' } } }, 'src/a.js'],
    [
      'below a base on a base',
      { uri: 'a.js', uriBaseId: 'SRC' },
      { originalUriBaseIds: { SRC: { uri: 'src/', uriBaseId: 'ROOT' }, ROOT: { uri: 'file:///repo/' } } },
      'src/a.js',
    ],
    ['below a base that is not told', { uri: 'a.js', uriBaseId: '%SRCROOT%' }, {}, 'a.js'],
    ['below a base without a place', { uri: 'a.js', uriBaseId: 'R' }, { originalUriBaseIds: { R: {} } }, 'a.js'],
    [
      'absolute, whatever its base',
      { uri: 'file:///repo/a.js', uriBaseId: 'X' },
      { originalUriBaseIds: { X: { uri: 'file:///other/' } } },
      'a.js',
    ],
    ['an index', { index: 1 }, { artifacts: [{}, { location: { uri: 'b.js' } }] }, 'b.js'],
  ])('may name a file by a URI that is %s', async (_, artifact, run, path) => {
    expect((await only({ artifact, run }))?.path).toBe(path)
  })

  it.each([
    ['is elsewhere', { uri: 'file:///etc/passwd' }, {}],
    ['leads out of the root', { uri: '../../etc/passwd' }, {}],
    ['leads out of the root when it is decoded', { uri: '%2e%2e/%2e%2e/etc/passwd' }, {}],
    ['is on another machine', { uri: 'https://example.com/src/a.js' }, {}],
    ['is on a host', { uri: '//host/repo/a.js' }, {}],
    ['stands on itself', { uri: 'a.js', uriBaseId: 'A' }, { originalUriBaseIds: { A: { uriBaseId: 'A' } } }],
    ['is missing', {}, {}],
    ['has an index of nothing', { index: 7 }, {}],
  ])('counts a result whose file %s', async (_, artifact, run) => {
    expect(await read(sarif({ artifact, run }))).toEqual({ status: 'read', diagnostics: [], elsewhere: 1 })
  })

  it('counts a result without a location', async () => {
    expect(await read(sarif({ result: { locations: [] } }))).toMatchObject({ diagnostics: [], elsewhere: 1 })
    expect(await read(sarif({ result: { locations: [{}] } }))).toMatchObject({ diagnostics: [], elsewhere: 1 })
  })

  it.each([
    [{ kind: 'pass' }, 0],
    [{ kind: 'notApplicable' }, 0],
    [{ kind: 'informational' }, 0],
    [{ kind: 'review' }, 1],
    [{ kind: 'open' }, 1],
    [{ baselineState: 'absent' }, 0],
    [{ baselineState: 'unchanged' }, 1],
    [{ baselineState: 'new' }, 1],
    [{ suppressions: [] }, 1],
    [{ suppressions: [{ kind: 'inSource' }] }, 0],
    [{ suppressions: [{ kind: 'external', status: 'accepted' }] }, 0],
    [{ suppressions: [{ kind: 'external', status: 'underReview' }] }, 1],
    [
      {
        suppressions: [
          { kind: 'external', status: 'accepted' },
          { kind: 'external', status: 'rejected' },
        ],
      },
      1,
    ],
  ])('with a result that has %j tells %i', async (result, count) => {
    expect(await read(sarif({ result }))).toMatchObject({ diagnostics: { length: count } })
  })

  const rules = [
    { id: 'first', defaultConfiguration: { level: 'error' }, messageStrings: { default: { text: 'Say {0} and {1} and {{2}}.' } } },
    { id: 'second', defaultConfiguration: { level: 'note' } },
  ]

  it.each([
    ['by its index', { ruleId: undefined, ruleIndex: 1 }, { rule: 'second', severity: 'note' }],
    ['by its name', { ruleId: 'first' }, { rule: 'first', severity: 'error' }],
    ['by the name of a special case of it', { ruleId: 'first/special' }, { rule: 'first/special', severity: 'error' }],
    ['by a reference', { ruleId: undefined, rule: { id: 'second', index: 1 } }, { rule: 'second', severity: 'note' }],
    ['of an extension', { ruleId: undefined, rule: { id: 'x', index: 0, toolComponent: {} } }, { rule: 'x', severity: 'warning' }],
    ['not at all', { ruleId: undefined }, { rule: null, severity: 'warning' }],
    ['and has a level of its own', { ruleId: 'first', level: 'none' }, { severity: 'note' }],
    [
      'and takes its message from it',
      { ruleId: 'first', message: { id: 'default', arguments: ['a', '{1}'] } },
      { message: 'Say a and {1} and {2}.' },
    ],
    [
      'and has fewer arguments than its message',
      { ruleId: 'first', message: { id: 'default', arguments: ['a'] } },
      { message: 'Say a and {1} and {2}.' },
    ],
    ['and its message is of all rules', { ruleId: 'second', message: { id: 'all' } }, { message: 'All.' }],
    ['and has its message in Markdown only', { message: { markdown: '**Bold**' } }, { message: '**Bold**' }],
    ['and has no message', { message: {} }, { message: 'No message.' }],
  ])('tells a result that names its rule %s', async (_, result, expected) => {
    expect(await only({ driver: { rules, globalMessageStrings: { all: { text: 'All.' } } }, result })).toMatchObject(expected)
  })

  it.each([
    ['biome', ['lint', '--reporter=sarif']],
    ['oxlint', ['-f', 'sarif']],
  ])('is read as %s writes it', async (tool, args) => {
    using folder = withInstalledTools(temporaryFolder({ 'src/a b/é.js': 'export const a = () => {\n  debugger\n}\n// 😀\n' }))
    const { stdout } = spawnSync(join(installed, '.bin', tool), [...args, 'src'], { cwd: folder.path, encoding: 'utf8' })
    const readText = async (path: string) => readFileSync(join(folder.path, path), 'utf8')
    expect(await readSarif(stdout, { root: folder.path, readText })).toMatchObject({
      diagnostics: [
        { path: 'src/a b/é.js', rule: expect.stringMatching(/debugger/i), range: { startLine: 2, startColumn: 3, endColumn: 11 } },
      ],
      elsewhere: 0,
    })
  })

  it('never leads out of the root, whatever it holds', async () => {
    const anyUri = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.array(fc.constantFrom('..', '%2e%2e', 'file:', '', 'a', '%00', '#'), { maxLength: 8 }).map((parts) => parts.join('/')),
    )
    const anyBase = fc.record({ uri: anyUri, uriBaseId: fc.constantFrom('A', 'B', '__proto__') }, { requiredKeys: [] })
    const anyLog = fc.record({
      region: fc.record(
        { startLine: fc.nat(), startColumn: fc.nat(), endLine: fc.nat(), endColumn: fc.nat(), byteOffset: fc.nat() },
        { requiredKeys: [] },
      ),
      artifact: fc.record({ uri: anyUri, uriBaseId: fc.constantFrom('A', 'B', 'constructor'), index: fc.integer() }, { requiredKeys: [] }),
      run: fc.record({ originalUriBaseIds: fc.record({ A: anyBase, B: anyBase }), artifacts: fc.anything() }, { requiredKeys: [] }),
      result: fc.record({ message: fc.anything(), ruleIndex: fc.integer(), suppressions: fc.anything() }, { requiredKeys: [] }),
    })
    await fc.assert(
      fc.asyncProperty(anyLog, async (log) => {
        const reading = await read(sarif(log))
        if (reading.status === 'failed') return
        for (const { path, range } of reading.diagnostics) {
          expect(path.startsWith('/') || path.split('/').includes('..') || path.includes('\0')).toBe(false)
          expect(range?.startLine ?? 1).toBeLessThanOrEqual(4)
        }
      }),
      { numRuns: cases },
    )
  })
})
