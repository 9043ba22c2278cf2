import { formatCount, plural } from '../domain/plural.ts'
import type { Notice, Report } from '../domain/report.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import { activeFindings, describeCounts, describeLeftOut, describeSuppressed, runFacts, tellsFailure, unseenFiles } from './facts.ts'
import type { Page } from './page.ts'
import { cutStart, wrapItems, wrapText } from './text-layout.ts'

const maxUnseen = 10

/** What follows the findings: the notices, what was not seen and why, and the line that sums it up. */
export function closingBlocks(report: Report, page: Page): string[] {
  return [...report.notices.map((notice) => noticeBlock(notice, page)), ...unseenBlock(report, page), summaryBlock(report, page)]
}

function noticeBlock(notice: Notice, page: Page): string {
  const kind = tellsFailure(notice) ? ({ label: 'failed', color: 'red' } as const) : ({ label: 'notice', color: 'blue' } as const)
  const rows = labelled({ ...kind, text: `${terminalText(notice.message)} (${terminalLine(notice.code)})` }, page)
  const hint = notice.hint === '' ? [] : wrapText(terminalText(notice.hint), page.width - 2)
  return [...rows, ...hint.map((row) => `  ${page.paint('dim', row)}`)].join('\n')
}

function unseenBlock(report: Report, page: Page): string[] {
  const unseen = unseenFiles(report)
  if (unseen.length === 0) return []
  const { seenLines, changedLines } = report.coverage
  const text = `${formatCount(Math.max(0, changedLines - seenLines))} of ${plural(changedLines, 'changed line')}`
  const rows = unseen.slice(0, maxUnseen).flatMap(({ path, lines, reason }) => {
    const place = cutStart(terminalLine(path), page.width - 20)
    const why = wrapText(terminalText(reason), page.width - 4).map((row) => `    ${page.paint('dim', row)}`)
    return [`  ${page.paint('cyan', place)}, ${plural(lines, 'line')}`, ...why]
  })
  const more = unseen.length > maxUnseen ? [`  and ${plural(unseen.length - maxUnseen, 'more file')}`] : []
  return [[...labelled({ label: 'not seen', color: 'yellow', text }, page), ...rows, ...more].join('\n')]
}

function labelled(
  { label, color, text }: { label: string; color: 'red' | 'yellow' | 'blue'; text: string },
  { paint, width }: Page,
): string[] {
  const [first = '', ...rest] = wrapText(`${label}: ${text}`, width - 2)
  return [paint([color, 'bold'], label) + first.slice(label.length), ...rest.map((row) => `  ${row}`)]
}

function summaryBlock(report: Report, { paint, width }: Page): string {
  const asides = [describeSuppressed(report), describeLeftOut(report)].filter((aside) => aside !== '').join('; ')
  const [first = '', ...rest] = wrapText(headline(report), width - 2)
  const details = [
    ...[activeFindings(report).length === 0 ? '' : report.summary, asides].flatMap((text) =>
      text === '' ? [] : wrapText(terminalText(text), width - 2),
    ),
    ...wrapItems(runFacts(report).map(terminalLine), ' \u00B7 ', width - 2),
  ]
  const { mark, color } = moods[moodOf(report)]
  return [
    `${paint([color, 'bold'], mark)} ${paint('bold', first)}`,
    ...rest.map((row) => `  ${paint('bold', row)}`),
    ...details.map((row) => `  ${paint('dim', row)}`),
  ].join('\n')
}

const moods = {
  bad: { mark: '\u2716', color: 'red' },
  mixed: { mark: '\u25B2', color: 'yellow' },
  good: { mark: '\u2714', color: 'green' },
} as const

function moodOf(report: Report): keyof typeof moods {
  const active = activeFindings(report)
  if (active.some(({ severity }) => severity === 'error')) return 'bad'
  return active.length > 0 || isIncomplete(report) ? 'mixed' : 'good'
}

/** The counts of what was found; where nothing was, the task's own sentence. */
function headline(report: Report): string {
  const active = activeFindings(report)
  if (active.length > 0) return describeCounts(active) + (isIncomplete(report) ? ', incomplete' : '')
  const summary = terminalText(report.summary).trim() || 'no findings'
  return isIncomplete(report) ? `incomplete: ${summary}` : summary
}

const isIncomplete = ({ completeness, notices }: Report) => completeness === 'partial' || notices.some(tellsFailure)
