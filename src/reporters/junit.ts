import type { Finding } from '../domain/finding.ts'
import type { CoveredFile, Notice, Report } from '../domain/report.ts'
import { xmlAttribute, xmlText } from '../domain/trust-xml.ts'
import { notWhollySeen, tellsFailure } from './facts.ts'
import { describeLines, linesOf } from './lines-of.ts'
import type { Reporter } from './reporter.ts'
import { withoutSecrets } from './without-secrets.ts'

/** One test case: passed where it has no outcome. */
interface TestCase {
  attributes: Record<string, string>
  fingerprint?: string
  outcome?: { element: 'failure' | 'error' | 'skipped'; type: string; message: string; text: string }
  output?: string
}

/**
 * JUnit's XML: a suite per file and a test case per finding: errors and warnings failed, suppressed ones skipped, notes passed with their
 * text as output. A file without findings is a passed test case, one not wholly seen a skipped one, a failure of the run itself an error.
 */
export const junit: Reporter = withoutSecrets((report) => {
  const cases = Map.groupBy(report.findings, ({ region }) => region.path)
  const quiet = report.coverage.files.filter(({ path }) => !cases.has(path))
  const suites = [
    suite(report.task, [runCase(report), ...report.notices.filter(tellsFailure).map((notice) => noticeCase(report.task, notice))]),
    ...[...cases].map(([path, findings]) => suite(path, findings.map(findingCase))),
    ...quiet.map((file) => suite(file.path, [fileCase(file)])),
  ]
  const time = (report.timing.totalMs / 1000).toFixed(3)
  const root = tag('testsuites', { name: report.tool.name, ...totals(suites.flatMap(({ all }) => all)), time })
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<${root}>`, ...suites.map(({ xml }) => xml), '</testsuites>', ''].join('\n')
})

function findingCase(finding: Finding): TestCase {
  const { rule, region, title, message, severity, suppressed, fingerprint } = finding
  const lines = linesOf(region)
  const place = { classname: region.path, file: region.path, ...(lines && { line: String(lines.start) }) }
  const identity = { attributes: { name: `${rule}, ${describeLines(region)}`, ...place }, fingerprint }
  if (suppressed) return { ...identity, outcome: { element: 'skipped', type: suppressed.by, message: suppressed.reason, text: '' } }
  if (severity === 'note') return { ...identity, output: `${title}\n${message}` }
  return { ...identity, outcome: { element: 'failure', type: severity, message: title, text: message } }
}

function fileCase({ path, skipped, changedLines, seenLines }: CoveredFile): TestCase {
  const attributes = { name: 'no findings', classname: path, file: path }
  const reason = skipped?.reason ?? (seenLines < changedLines ? notWhollySeen : null)
  return reason === null ? { attributes } : { attributes, outcome: { element: 'skipped', type: 'unseen', message: reason, text: '' } }
}

function noticeCase(task: string, { code, message, hint }: Notice): TestCase {
  return { attributes: { name: code, classname: task }, outcome: { element: 'error', type: code, message, text: hint } }
}

/** The run as a whole, so that there always is a test case: several consumers take an empty report for a broken one. */
function runCase({ task, completeness, summary }: Report): TestCase {
  const attributes = { name: 'complete', classname: task }
  return completeness === 'complete'
    ? { attributes }
    : { attributes, outcome: { element: 'error', type: 'partial', message: summary, text: '' } }
}

function suite(name: string, all: readonly TestCase[]): { all: readonly TestCase[]; xml: string } {
  return { all, xml: [`  <${tag('testsuite', { name, ...totals(all) })}>`, ...all.map(testCase), '  </testsuite>'].join('\n') }
}

function testCase({ attributes, fingerprint, outcome, output }: TestCase): string {
  const inner = [
    fingerprint === undefined ? '' : `<properties><${tag('property', { name: 'fingerprint', value: fingerprint })}/></properties>`,
    outcome
      ? `<${tag(outcome.element, { type: outcome.type, message: outcome.message })}>${xmlText(outcome.text)}</${outcome.element}>`
      : '',
    output === undefined ? '' : `<system-out>${xmlText(output)}</system-out>`,
  ].filter((part) => part !== '')
  const start = tag('testcase', attributes)
  return inner.length === 0 ? `    <${start}/>` : [`    <${start}>`, ...inner.map((part) => `      ${part}`), '    </testcase>'].join('\n')
}

function totals(all: readonly TestCase[]): Record<string, string> {
  const count = (element: string) => String(all.filter(({ outcome }) => outcome?.element === element).length)
  return { tests: String(all.length), failures: count('failure'), errors: count('error'), skipped: count('skipped') }
}

function tag(name: string, attributes: Readonly<Record<string, string>>): string {
  return [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${xmlAttribute(value)}"`)].join(' ')
}
