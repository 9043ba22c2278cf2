import type { Finding } from '../domain/finding.ts'
import type { Severity } from '../domain/severity.ts'
import { showHidden } from '../domain/trust.ts'
import { fencedBlock, inlineCode, markdownLine, markdownText } from '../domain/trust-markdown.ts'
import { describeLines } from '../reporters/lines-of.ts'
import { replacementOf } from '../reporters/replacement.ts'
import { guardMarkers, withCommentMarker } from './markers.ts'
import type { Spot } from './place-finding.ts'

export const icons = { error: '\u274C', warning: '\u26A0\uFE0F', note: '\u2139\uFE0F' } as const satisfies Record<Severity, string>

/** Characters of a message, and of a replacement: the report has them whole. */
const maxMessage = 4000
const maxReplacement = 12_000

/** A comment on lines of the change. */
export function commentBody(finding: Finding, spot: Spot): string {
  const blocks = [headline(finding), messageBlock(finding), replacementBlock(finding, spot), footnote(finding)]
  return withCommentMarker(blocks.filter((block) => block !== '').join('\n\n'), { fingerprint: finding.fingerprint, isResolved: false })
}

/** A finding that has no line to stand on, for the summary. */
export function findingBlock(finding: Finding): string {
  const { region } = finding
  return [`${headline(finding)} (${inlineCode(region.path)}, ${describeLines(region)})`, messageBlock(finding), footnote(finding)].join(
    '\n\n',
  )
}

const headline = ({ severity, title }: Finding) => `**${icons[severity]} ${severity}:** ${markdownLine(title)}`

const messageBlock = ({ message }: Finding) => markdownText(cut(message, maxMessage))

function footnote({ rule, confidence }: Finding): string {
  const sure = confidence === null || confidence === 1 ? '' : `, ${Math.round(confidence * 100)} % sure`
  return `${inlineCode(cut(rule, 200))}${sure}`
}

/** A suggestion where it replaces exactly what the comment stands on, so that it can be applied with one click; else the lines to write. */
function replacementBlock(finding: Finding, spot: Spot): string {
  const replacement = replacementOf(finding)
  if (!replacement || showHidden(replacement.text).length > maxReplacement) return ''
  const { text } = replacement
  if (spot.isWhole && spot.side === 'RIGHT' && spot.text !== text && isPlain(text)) return suggestion(text)
  const where = describeLines(finding.region)
  return text === '' ? `Remove ${where}.` : `Replace ${where} with:\n\n${fencedBlock(text)}`
}

function suggestion(text: string): string {
  const ticks = '`'.repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map(({ length }) => length + 1)))
  return [`${ticks}suggestion`, ...(text === '' ? [] : [text]), ticks].join('\n')
}

/**
 * A suggestion is committed as it is, so nothing in it can be shown in another way: what would have to be is none. Bots look for commands
 * at the start of a line of the raw text, and our own markers are read from it.
 */
function isPlain(text: string): boolean {
  return showHidden(text) === text && guardMarkers(text) === text && !/^\s*(?:\/[a-z]|@[\w-]+[ \t]+\w)/im.test(text)
}

/** The beginning of a text, measured as it is shown: a hidden character takes eight. */
export function cut(text: string, length: number): string {
  const shown = showHidden(text)
  return shown.length <= length ? shown : `${shown.slice(0, length).toWellFormed()}\u2026`
}
