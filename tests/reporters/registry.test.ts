import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { type Format, formats } from '../../src/reporters/formats.ts'
import { reporters } from '../../src/reporters/registry.ts'
import { hiddenIn } from '../helpers/hidden-characters.ts'
import { hostilePaths, hostileTexts } from '../helpers/hostile-texts.ts'
import { findingWith, reportArbitrary, reportWith, textArbitrary } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'

it('knows the formats of the contract', () => {
  expect(formats).toEqual(['pretty', 'json', 'sarif', 'github', 'markdown', 'rdjson', 'gitlab', 'junit', 'checkstyle'])
  expect(Object.keys(reporters)).toEqual(formats)
})

/** Everything hostile that we know of, wherever a report has text. */
const hostileReport: Report = reportWith({
  summary: hostileTexts.join('\n'),
  findings: [
    ...hostilePaths.map((path) => findingWith({ region: { path, startLine: 1, endLine: 2 }, replacement: path })),
    ...hostileTexts.map((text) =>
      findingWith({ title: text.slice(0, 80) || 'x', message: text || 'x', evidence: text, fingerprint: text || 'x' }),
    ),
    ...hostileTexts.map((text) => findingWith({ suppressed: { by: 'inline', reason: text } })),
  ],
  notices: hostileTexts.map((text) => ({ code: text, message: text, hint: text })),
  coverage: {
    changedLines: 9,
    seenLines: 1,
    files: hostilePaths.map((path, index) => ({
      path,
      changedLines: 9,
      seenLines: 0,
      skipped: { reason: hostileTexts[index] ?? '', expected: index % 2 === 0 },
    })),
  },
})

describe.each(formats)('%s', (format) => {
  const render = (report: Report, changes = {}) => reporters[format](report, optionsWith(changes))

  it('writes any report: the same each time, with nothing hidden in it, ended by a newline', () => {
    fc.assert(
      fc.property(reportArbitrary, fc.option(fc.array(textArbitrary, { maxLength: 9 }), { nil: undefined }), (report, source) => {
        const options = { readLines: () => source }
        const text = render(report, options)
        expect(hiddenIn(text)).toEqual([])
        expect(text.endsWith('\n')).toBe(true)
        expect(render(structuredClone(report), options)).toBe(text)
      }),
      { numRuns: 150 },
    )
  })

  it('shows nothing hidden of the hostile corpus, and nothing that a CI runner would obey', () => {
    const text = render(hostileReport)
    expect(hiddenIn(text)).toEqual([])
    expect(text).not.toMatch(/##(?:vso|teamcity)?\[/i)
    const own = format === 'github' ? /^\s*::(?:(?:error|warning|notice) |stop-commands::stop-token$|stop-token::$)/ : /^\b$/
    expect(text.split('\n').filter((line) => line.trimStart().startsWith('::') && !own.test(line))).toEqual([])
  })

  it('writes a report without findings', () => {
    expect(render(reportWith({ findings: [] }))).not.toBe('')
  })
})

describe('a secret', () => {
  const secret = 'sk-live-9f8e7d6c5b4a39281706'
  const line = `export const apiKey = '${secret}'`
  const report = reportWith({
    findings: [
      findingWith({
        rule: 'check/secrets',
        region: { path: 'src/config.ts', startLine: 3, endLine: 3 },
        evidence: line,
        message: `It is ${secret}.`,
      }),
      findingWith({ region: { path: 'src/config.ts', startLine: 2, endLine: 4 }, evidence: `// a\n${line}\n// b`, replacement: line }),
    ],
  })
  const readLines = (_path: string, first: number, last: number) => ['// 1', '// a', line, '// b', '// 5'].slice(first - 1, last)

  it.each(formats.filter((format) => format !== 'json'))('does not stand in %s', (format) => {
    expect(reporters[format](report, optionsWith({ readLines }))).not.toContain(secret)
  })

  it('stands in json, where it anchors its finding', () => {
    expect(reporters.json(report, optionsWith())).toContain(secret)
  })
})

it('gives a finding the same fingerprint in every format that has a place for one', () => {
  const fingerprint = 'feedface0123456789abcdef'
  const report = reportWith({ findings: [findingWith({ fingerprint })] })
  const formatsWithPlace: readonly Format[] = ['json', 'sarif', 'markdown', 'gitlab', 'junit']
  expect(formatsWithPlace.filter((format) => reporters[format](report, optionsWith()).includes(fingerprint))).toEqual(formatsWithPlace)
})
