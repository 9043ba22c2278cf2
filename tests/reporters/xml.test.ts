import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { checkstyle } from '../../src/reporters/checkstyle.ts'
import { junit } from '../../src/reporters/junit.ts'
import { findingWith, reportArbitrary, reportWith } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  isArray: (name, _path, _leaf, isAttribute) => !isAttribute && ['testsuite', 'testcase', 'file', 'error'].includes(name),
})

/** What XML 1.0 has no way to write. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

describe.each([
  ['checkstyle', checkstyle],
  ['junit', junit],
])('%s', (_name, reporter) => {
  it('is well-formed for any report', () => {
    fc.assert(
      fc.property(reportArbitrary, (report) => {
        const xml = reporter(report, optionsWith())
        expect(XMLValidator.validate(xml)).toBe(true)
        expect(xml).not.toMatch(forbidden)
      }),
      { numRuns: 300 },
    )
  })
})

describe('checkstyle', () => {
  it('groups findings by file, and writes line 0 for a whole file', () => {
    const findings = [
      findingWith(),
      findingWith({ severity: 'note', rule: 'check/x' }),
      findingWith({ severity: 'warning', region: { path: 'b "c".ts', startLine: null, endLine: null } }),
      findingWith({ suppressed: { by: 'inline', reason: '' } }),
    ]
    const message = 'Division by an empty list: When `items` is empty the average is `NaN`.'
    expect(parser.parse(checkstyle(reportWith({ findings }), optionsWith())).checkstyle).toEqual({
      version: '8.0',
      file: [
        {
          name: 'src/invoice.ts',
          error: [
            { line: '42', severity: 'error', message, source: 'review/boundary' },
            { line: '42', severity: 'info', message, source: 'check/x' },
          ],
        },
        { name: 'b "c".ts', error: [{ line: '0', severity: 'warning', message, source: 'review/boundary' }] },
      ],
    })
  })
})

describe('junit', () => {
  const casesOf = (changes: Parameters<typeof reportWith>[0]) => {
    const { testsuites } = parser.parse(junit(reportWith(changes), optionsWith()))
    return testsuites as {
      tests: string
      failures: string
      errors: string
      skipped: string
      time: string
      testsuite: { name: string; testcase: object[] }[]
    }
  }

  it('fails on errors and warnings, skips what is suppressed, and passes notes with their text', () => {
    const findings = [
      findingWith(),
      findingWith({ severity: 'warning' }),
      findingWith({ severity: 'note' }),
      findingWith({ suppressed: { by: 'inline', reason: 'known' }, region: { path: 'src/invoice.ts', startLine: null, endLine: null } }),
    ]
    const { tests, failures, errors, skipped, time, testsuite } = casesOf({ findings })
    expect({ tests, failures, errors, skipped, time }).toEqual({ tests: '5', failures: '2', errors: '0', skipped: '1', time: '4.210' })
    const place = { classname: 'src/invoice.ts', file: 'src/invoice.ts' }
    const properties = { property: { name: 'fingerprint', value: '0123456789abcdef0123456789abcdef' } }
    const message = 'When `items` is empty the average is `NaN`.'
    const name = 'review/boundary, line 42'
    expect(testsuite.map(({ name: suite, testcase }) => ({ suite, testcase }))).toEqual([
      { suite: 'review', testcase: [{ name: 'complete', classname: 'review' }] },
      {
        suite: 'src/invoice.ts',
        testcase: [
          { name, ...place, line: '42', properties, failure: { type: 'error', message: 'Division by an empty list', '#text': message } },
          { name, ...place, line: '42', properties, failure: { type: 'warning', message: 'Division by an empty list', '#text': message } },
          { name, ...place, line: '42', properties, 'system-out': `Division by an empty list\n${message}` },
          { name: 'review/boundary, the whole file', ...place, properties, skipped: { type: 'inline', message: 'known' } },
        ],
      },
    ])
  })

  it('passes files without findings, skips what was not seen, and has an error for a run that is not complete', () => {
    const { testsuite } = casesOf({
      findings: [],
      completeness: 'partial',
      notices: [
        { code: 'ENGINE_TIMEOUT', message: 'No answer.', hint: 'Start it.' },
        { code: 'DROPPED', message: 'x', hint: '' },
      ],
      coverage: {
        changedLines: 9,
        seenLines: 5,
        files: [
          { path: 'a', changedLines: 3, seenLines: 3, skipped: null },
          { path: 'b', changedLines: 3, seenLines: 2, skipped: null },
          { path: 'c', changedLines: 3, seenLines: 0, skipped: { reason: 'lock file', expected: true } },
        ],
      },
    })
    const quiet = (path: string) => ({ name: 'no findings', classname: path, file: path })
    expect(testsuite.map(({ testcase }) => testcase)).toEqual([
      [
        { name: 'complete', classname: 'review', error: [{ type: 'partial', message: 'One finding in 12 changed lines of 1 file.' }] },
        { name: 'ENGINE_TIMEOUT', classname: 'review', error: [{ type: 'ENGINE_TIMEOUT', message: 'No answer.', '#text': 'Start it.' }] },
      ],
      [quiet('a')],
      [{ ...quiet('b'), skipped: { type: 'unseen', message: 'only a part was looked at' } }],
      [{ ...quiet('c'), skipped: { type: 'unseen', message: 'lock file' } }],
    ])
  })
})
