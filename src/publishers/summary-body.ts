import { formatCount, plural } from '../domain/plural.ts'
import type { Finding } from '../domain/finding.ts'
import type { Report } from '../domain/report.ts'
import type { Severity } from '../domain/severity.ts'
import { inlineCode, markdownLine, markdownText } from '../domain/trust-markdown.ts'
import { describeCounts, describeLeftOut, describeSuppressed, runFacts, tellsFailure, unseenFiles } from '../reporters/facts.ts'
import { cut, findingBlock, icons } from './comment-body.ts'
import { stateMarker, withStateMarker } from './markers.ts'
import type { ReviewState } from './review-state.ts'

/** GitHub takes this many characters of a comment; a little is left for what it counts otherwise. */
const maxCharacters = 65_000
const maxUnseenFiles = 20
const maxNotices = 20
const maxNoticeLength = 500
const maxNameLength = 300

/** A finding that is told on a line. */
export interface ToldFinding {
  severity: Severity
  title: string
  path: string
  line: number | null
  /** Of the comment; null where it is not known. */
  url: string | null
}

export interface Summary {
  report: Report
  /** Told on lines: new ones, those of earlier reviews, and those that are carried over. */
  told: readonly ToldFinding[]
  /** Told here only. */
  here: readonly Finding[]
  resolved: number
  /** Whole sentences of ours. */
  remarks: readonly string[]
  state: ReviewState
}

/** The comment that sums a review up. What does not fit is left out from the end of the lists, and says so; the state always fits or is dropped. */
export function summaryBody(summary: Summary): string {
  const state = fittingState(summary.state)
  const room = maxCharacters - stateMarker(state).length
  const { head, details, tail } = blocksOf(summary)
  const fixed = lengthOf([...head, cutNote(details.length), ...tail])
  const [blocks, left] = pack(details, room - fixed)
  const whole = [...head, ...blocks, ...(left > 0 ? [cutNote(left)] : []), ...tail]
  return withStateMarker(whole.filter((block) => block !== '').join('\n\n'), state)
}

const cutNote = (count: number) =>
  `\u2026 and ${plural(count, 'more entry').replace('entrys', 'entries')} that do not fit here. The report has them all.`
const lengthOf = (blocks: readonly string[]) => blocks.reduce((sum, block) => sum + block.length + 2, 0)

function pack(blocks: readonly string[], room: number): [packed: readonly string[], left: number] {
  let free = room
  const end = blocks.findIndex((block) => (free -= block.length + 2) < 0)
  return end === -1 ? [blocks, 0] : [blocks.slice(0, end), blocks.length - end]
}

/** A state that takes half of the comment is not worth it: without its findings it is not sound, and the next review looks at everything. */
function fittingState(state: ReviewState): ReviewState {
  return stateMarker(state).length <= maxCharacters / 2 ? state : { ...state, open: [], isSound: false }
}

function blocksOf(summary: Summary): Record<'head' | 'details' | 'tail', string[]> {
  const { report, told, here, resolved, remarks } = summary
  const counts = describeCounts([...told, ...here].map(({ severity }) => ({ severity }) as Finding))
  const solved = resolved > 0 ? `, ${formatCount(resolved)} resolved` : ''
  const toldRows = told.map(toldRow)
  return {
    head: [
      `### ${markdownLine(`agent ${cut(report.task, 40)}`)}: ${counts}${solved}`,
      markdownText(cut(report.summary, 2000)),
      ...remarks.map((remark) => `> ${markdownLine(remark)}`),
      ...unseenBlocks(report),
    ],
    details: [
      ...toldRows.map((row, index) => (index === 0 ? `**Open in the change**\n\n${row}` : row)),
      ...here.map(
        (finding, index) =>
          `${index === 0 ? '**Not on a line of the change, or beyond the limit of comments**\n\n' : ''}${findingBlock(finding)}`,
      ),
    ],
    tail: [...noticeBlocks(report), footer(report)],
  }
}

function toldRow({ severity, title, path, line, url }: ToldFinding): string {
  const place = inlineCode(line === null ? path : `${path}:${line}`)
  return `- ${icons[severity]} ${markdownLine(title)} ${url === null ? place : `([comment](${url}))`} ${url === null ? '' : place}`.trimEnd()
}

function unseenBlocks(report: Report): string[] {
  const unseen = unseenFiles(report)
  if (report.completeness === 'complete' && unseen.length === 0) return []
  const { changedLines, seenLines } = report.coverage
  const rows = unseen
    .slice(0, maxUnseenFiles)
    .map(
      ({ path, lines, reason }) =>
        `- ${inlineCode(cut(path, maxNameLength))}, ${plural(lines, 'line')}: ${markdownLine(cut(reason, maxNameLength))}`,
    )
  const more = unseen.length > maxUnseenFiles ? [`- and ${plural(unseen.length - maxUnseenFiles, 'more file')}`] : []
  return [`**Incomplete**: ${formatCount(seenLines)} of ${plural(changedLines, 'changed line')} looked at.`, [...rows, ...more].join('\n')]
}

function noticeBlocks({ notices }: Report): string[] {
  const failures = notices.filter(tellsFailure).slice(0, maxNotices)
  return [failures.map(({ code, message }) => `- ${inlineCode(cut(code, 100))} ${markdownLine(cut(message, maxNoticeLength))}`).join('\n')]
}

function footer(report: Report): string {
  const facts = [describeSuppressed(report), describeLeftOut(report), runFacts(report).join(' \u00B7 ')].filter((fact) => fact !== '')
  return `---\n\n${facts.map((fact) => markdownLine(cut(fact, maxNoticeLength))).join('  \n')}`
}
