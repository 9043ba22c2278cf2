import type { Notice, Report } from '../domain/report.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import {
  activeFindings,
  describeCounts,
  describeLeftOut,
  describeRun,
  describeSuppressed,
  formatCount,
  plural,
  tellsFailure,
  unseenFiles,
} from './facts.ts'
import type { Page } from './page.ts'
import { cutStart, wrapText } from './text-layout.ts'

const maxUnseen = 10

/** What follows the findings: the notices, what was not seen and why, and the line that sums it up. */
export function closingBlocks(report: Report, page: Page): string[] {
  return [...report.notices.map((notice) => noticeBlock(notice, page)), ...unseenBlock(report, page), summaryBlock(report, page)]
}

function noticeBlock(notice: Notice, { paint, width }: Page): string {
  const failed = tellsFailure(notice)
  const label = failed ? paint(['red', 'bold'], 'failed') : paint(['blue', 'bold'], 'notice')
  const [first = '', ...rest] = wrapText(`failed: ${terminalText(notice.message)} (${terminalLine(notice.code)})`, width)
  const hint = notice.hint === '' ? [] : wrapText(terminalText(notice.hint), width - 2)
  return [label + first.slice('failed'.length), ...rest.map((row) => `  ${row}`), ...hint.map((row) => `  ${paint('dim', row)}`)].join('\n')
}

function unseenBlock(report: Report, { paint, width }: Page): string[] {
  const unseen = unseenFiles(report)
  if (unseen.length === 0) return []
  const { seenLines, changedLines } = report.coverage
  const rows = unseen.slice(0, maxUnseen).flatMap(({ path, lines, reason }) => {
    const place = cutStart(terminalLine(path), width - 20)
    const why = wrapText(terminalText(reason), width - 4).map((row) => `    ${paint('dim', row)}`)
    return [`  ${paint('cyan', place)}, ${plural(lines, 'line')}`, ...why]
  })
  const more = unseen.length > maxUnseen ? [`  and ${plural(unseen.length - maxUnseen, 'more file')}`] : []
  return [
    [
      `${paint(['yellow', 'bold'], 'not seen')}: ${formatCount(changedLines - seenLines)} of ${plural(changedLines, 'changed line')}`,
      ...rows,
      ...more,
    ].join('\n'),
  ]
}

function summaryBlock(report: Report, { paint, width }: Page): string {
  const active = activeFindings(report)
  const incomplete = report.completeness === 'partial' || report.notices.some(tellsFailure)
  const counts = describeCounts(active) + (incomplete ? ', incomplete' : '')
  const asides = [describeSuppressed(report), describeLeftOut(report)].filter((aside) => aside !== '').join('; ')
  const facts = [report.summary, asides, describeRun(report)]
  return [
    headline(
      active.some(({ severity }) => severity === 'error') ? 'bad' : active.length > 0 || incomplete ? 'mixed' : 'good',
      counts,
      paint,
    ),
    ...facts.flatMap((fact) => (fact === '' ? [] : wrapText(terminalText(fact), width - 2).map((row) => `  ${paint('dim', row)}`))),
  ].join('\n')
}

const marks = { bad: ['\u2716', 'red'], mixed: ['\u25B2', 'yellow'], good: ['\u2714', 'green'] } as const

function headline(mood: keyof typeof marks, counts: string, paint: Page['paint']): string {
  const [mark, color] = marks[mood]
  return `${paint([color, 'bold'], mark)} ${paint('bold', counts)}`
}
