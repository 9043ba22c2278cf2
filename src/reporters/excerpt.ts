import { plural } from '../domain/plural.ts'
import type { Finding } from '../domain/finding.ts'
import { holdsSecret } from '../domain/mask.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { linesOf } from './lines-of.ts'
import { type Page, severityColors } from './page.ts'
import { replacementOf } from './replacement.ts'
import { cutText } from './text-layout.ts'

/** Lines of context before and after the lines a finding points at. */
const context = 2
/** Of longer regions and replacements only the first lines are shown. */
const maxLines = 8

/** Columns beside the line number: the indentation, the mark, the bar and the spaces between. */
const gutter = 9

type Kind = 'context' | 'marked' | 'added' | 'more'

interface Row {
  kind: Kind
  number: number | null
  text: string
}

const marks: Readonly<Record<Kind, string>> = { context: ' ', marked: '>', added: '+', more: ' ' }

/** The lines a finding points at, marked, with their neighbours where the file can be read, and the lines that would replace them. */
export function excerptOf(finding: Finding, page: Page): string[] {
  const source = sourceRows(finding, page)
  const marked = source.findLastIndex(({ kind }) => kind !== 'context') + 1
  const rows = [...source.slice(0, marked), ...replacementRows(finding), ...source.slice(marked)]
  const numberWidth = Math.max(3, ...rows.map(({ number }) => String(number ?? '').length))
  return rows.map((row) => draw(row, numberWidth, { ...page, color: severityColors[finding.severity] }))
}

function draw(
  { kind, number, text }: Row,
  numberWidth: number,
  { paint, width, color }: Page & { color: 'red' | 'yellow' | 'blue' },
): string {
  const code = cutText(text, width - numberWidth - gutter).trimEnd()
  const label = String(number ?? '').padStart(numberWidth)
  const bar = paint('dim', '\u2502')
  if (kind === 'marked') return `${paint([color, 'bold'], marks.marked)} ${paint('bold', label)} ${bar} ${code}`.trimEnd()
  if (kind === 'added') return `${paint(['green', 'bold'], marks.added)} ${label} ${bar} ${paint('green', code)}`.trimEnd()
  return `${marks[kind]} ${paint('dim', label)} ${bar} ${paint('dim', code)}`.trimEnd()
}

function sourceRows(finding: Finding, page: Page): Row[] {
  const evidence = splitLines(finding.evidence)
  const lines = linesOf(finding.region)
  if (!lines) return limited(evidence.map((text) => ({ kind: 'marked', number: null, text })))
  const end = Math.min(lines.end, lines.start + maxLines - 1)
  const around = holdsSecret(finding) ? 0 : context
  const first = Math.max(1, lines.start - around)
  const read = page.readLines(finding.region.path, first, end + around)?.map(codeText) ?? []
  if (!showsEvidence(read.slice(lines.start - first), evidence)) return limited(numbered(evidence, lines.start, 'marked'))
  const before = numbered(read.slice(0, lines.start - first), first, 'context')
  const marked = numbered(read.slice(lines.start - first, end - first + 1), lines.start, 'marked')
  const after = end < lines.end ? [moreRow(lines.end - end)] : numbered(read.slice(end - first + 1), end + 1, 'context')
  return [
    ...before.filter((_, index) => before.slice(0, index + 1).some(hasText)),
    ...marked,
    ...after.slice(0, after.findLastIndex(hasText) + 1),
  ]
}

/** Blank lines at the edge of an excerpt show nothing. */
const hasText = ({ text }: Row) => text.trim() !== ''

/** The file at hand may be another version than the one that was reviewed; then only the evidence is shown. */
function showsEvidence(read: readonly string[], evidence: readonly string[]): boolean {
  return read.length > 0 && evidence.slice(0, maxLines).every((text, index) => text === read[index])
}

function replacementRows(finding: Finding): Row[] {
  const replacement = replacementOf(finding)
  if (!replacement || replacement.text === '') return []
  return limited(splitLines(replacement.text).map((text) => ({ kind: 'added', number: null, text })))
}

function numbered(lines: readonly string[], first: number, kind: Kind): Row[] {
  return lines.map((text, index) => ({ kind, number: first + index, text }))
}

function limited(rows: readonly Row[]): Row[] {
  return rows.length <= maxLines ? [...rows] : [...rows.slice(0, maxLines), moreRow(rows.length - maxLines)]
}

const moreRow = (count: number): Row => ({ kind: 'more', number: null, text: `\u2026 ${plural(count, 'more line')}` })

function splitLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n').map(codeText)
}

/** A line of source on one line of the terminal: tabs keep their place, the carriage return of a CRLF file is no news. */
const codeText = (line: string) => terminalLine(line.replace(/\r?\n?$/, '').replaceAll('\t', '  '))
