import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { github } from '../../src/reporters/github.ts'
import { findingWith, reportWith } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'

const render = (report: Report) => github(report, optionsWith({ stopToken: 'f00d' }))
const commandsOf = (report: Report) => render(report).split('::f00d::\n')[1]!.trimEnd().split('\n')
const many = (severity: 'error' | 'warning' | 'note', count: number) =>
  Array.from({ length: count }, (_, index) => findingWith({ severity, title: `${severity} ${index}` }))

it('prints the pretty report where no command is obeyed, then one annotation per finding', () => {
  const text = render(reportWith())
  expect(text.startsWith('::stop-commands::f00d\n')).toBe(true)
  expect(text).toContain('src/invoice.ts:42')
  expect(commandsOf(reportWith())).toEqual([
    '::error file=src/invoice.ts,line=42,endLine=42,title=review/boundary::Division by an empty list%0AWhen `items` is empty the average is `NaN`.',
  ])
})

it('maps severities to the levels of annotations', () => {
  const findings = [findingWith({ severity: 'note' }), findingWith({ severity: 'warning' }), findingWith()]
  expect(commandsOf(reportWith({ findings })).map((command) => command.split(' ')[0])).toEqual(['::error', '::warning', '::notice'])
})

it('annotates a whole file without lines, and nothing that is suppressed', () => {
  const findings = [
    findingWith({ region: { path: 'logo, new.png', startLine: null, endLine: null } }),
    findingWith({ suppressed: { by: 'baseline', reason: '' } }),
  ]
  expect(commandsOf(reportWith({ findings })).map((command) => command.split('::')[1])).toEqual([
    'error file=logo%2C new.png,title=review/boundary',
  ])
})

describe('the limits of GitHub', () => {
  const counts = (report: Report) => {
    const commands = commandsOf(report)
    return ['error', 'warning', 'notice'].map((name) => commands.filter((command) => command.startsWith(`::${name} `)).length)
  }

  it('leave ten of each level as they are', () => {
    expect(counts(reportWith({ findings: [...many('error', 10), ...many('warning', 10), ...many('note', 10)] }))).toEqual([10, 10, 10])
  })

  it('are kept, with one notice that counts the rest', () => {
    const report = reportWith({ findings: [...many('error', 12), ...many('warning', 11), ...many('note', 10)] })
    expect(counts(report)).toEqual([10, 10, 10])
    expect(commandsOf(report).at(-1)).toBe(
      '::notice title=More findings::2 errors, 1 warning, 1 note more than GitHub shows as annotations. The log of this step has them all.',
    )
  })

  it('hold with the annotation of an unfinished run', () => {
    const report = reportWith({ completeness: 'partial', findings: many('warning', 10) })
    expect(counts(report)).toEqual([0, 10, 1])
    expect(commandsOf(report)[0]).toBe('::warning title=agent review%3A incomplete::One finding in 12 changed lines of 1 file.')
  })
})

it('says on the page that a run failed', () => {
  const notices = [
    { code: 'ENGINE_TIMEOUT', message: 'No answer in 5 s.', hint: '' },
    { code: 'DROPPED', message: 'Not a failure.', hint: '' },
  ]
  expect(commandsOf(reportWith({ findings: [], notices, summary: 'Nothing seen.' }))).toEqual([
    '::warning title=agent review%3A incomplete::Nothing seen.%0ANo answer in 5 s.',
  ])
})

it('cuts what is far too long for an annotation', () => {
  const [command] = commandsOf(reportWith({ findings: [findingWith({ message: 'x'.repeat(100_000) })] }))
  expect(command!.length).toBeLessThan(4200)
  expect(command!.endsWith('…')).toBe(true)
})
