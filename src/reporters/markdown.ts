import { formatCount, plural } from '../domain/plural.ts'
import type { Finding } from '../domain/finding.ts'
import type { Report } from '../domain/report.ts'
import { guardCommands } from '../domain/trust-github.ts'
import { fencedBlock, inlineCode, markdownLine, markdownText } from '../domain/trust-markdown.ts'
import { activeFindings, describeCounts, describeLeftOut, runFacts, describeSuppressed, unseenFiles } from './facts.ts'
import { describeLines } from './lines-of.ts'
import { resultBlocks } from './markdown-result.ts'
import { replacementOf } from './replacement.ts'
import type { Reporter } from './reporter.ts'
import { withoutSecrets } from './without-secrets.ts'

/** GitHub refuses a step summary beyond 1 MiB as a whole. */
const stepSummaryBytes = 900_000
const maxUnseenFiles = 50
const maxEvidenceLines = 30
const maxEvidenceColumns = 400
const icons = { error: '\u274C', warning: '\u26A0\uFE0F', note: '\u2139\uFE0F' } as const

/** For a step summary or a comment: nothing in it can mention, link, command or render as anything but text and code. */
export const markdown: Reporter = withoutSecrets((report, { maxBytes = stepSummaryBytes }) => {
  const active = activeFindings(report)
  const head = [`## agent ${markdownLine(report.task)}: ${describeCounts(active)}`, ...coverageBlocks(report), ...resultBlocks(report)]
  const tail = [...noticeBlocks(report), footer(report)]
  const findings = [...Map.groupBy(active, ({ region }) => region.path)].flatMap(([path, group]) =>
    group.map((finding, index) => (index === 0 ? `### ${inlineCode(path)}\n\n` : '') + findingBlock(finding)),
  )
  return join(fit({ head: head.map(guardCommands), findings: findings.map(guardCommands), tail: tail.map(guardCommands) }, maxBytes))
})

const join = (blocks: readonly string[]) => `${blocks.filter((block) => block !== '').join('\n\n')}\n`
const bytesOf = (text: string) => Buffer.byteLength(text)
const cut = '\u2026 cut here: the report is longer than what fits. The JSON and SARIF reports are complete.'

/** As many findings as fit between the head and the tail; a text that is cut says so. */
function fit({ head, findings, tail }: Record<'head' | 'findings' | 'tail', string[]>, maxBytes: number): string[] {
  const whole = [...head, ...findings, ...tail]
  if (bytesOf(join(whole)) <= maxBytes) return whole
  const room = maxBytes - bytesOf(join([...head, cut, ...tail]))
  return room < 0 ? [...pack(head, maxBytes - bytesOf(join([cut]))), cut] : [...head, ...pack(findings, room), cut, ...tail]
}

function pack(blocks: readonly string[], room: number): readonly string[] {
  let left = room
  const end = blocks.findIndex((block) => (left -= bytesOf(block) + 2) < 0)
  return end === -1 ? blocks : blocks.slice(0, end)
}

function findingBlock(finding: Finding): string {
  const { severity, title, rule, region, confidence, message, fingerprint } = finding
  const sure = confidence === null || confidence === 1 ? '' : `, ${Math.round(confidence * 100)} % sure`
  // The marker lets a later run find its own comment; it holds nothing that could end an HTML comment.
  const marker = `<!-- agent:${fingerprint.replaceAll(/[^\w.:]/g, '_')} -->`
  return [
    `#### ${icons[severity]} ${severity}: ${markdownLine(title)}`,
    `${inlineCode(rule)}, ${describeLines(region)}${sure} ${marker}`,
    ...evidenceBlock(finding),
    markdownText(message),
    ...replacementBlock(finding),
  ].join('\n\n')
}

function evidenceBlock({ evidence, region }: Finding): string[] {
  if (evidence.trim() === '') return []
  const lines = evidence.split('\n').map((line) => (line.length > maxEvidenceColumns ? `${line.slice(0, maxEvidenceColumns)}\u2026` : line))
  const shown =
    lines.length > maxEvidenceLines
      ? [...lines.slice(0, maxEvidenceLines), `\u2026 ${plural(lines.length - maxEvidenceLines, 'more line')}`]
      : lines
  return [fencedBlock(shown.join('\n'), languageOf(region.path))]
}

function replacementBlock(finding: Finding): string[] {
  const replacement = replacementOf(finding)
  if (!replacement) return []
  const where = describeLines(finding.region)
  return replacement.text === ''
    ? [`Remove ${where}.`]
    : [`Replace ${where} with:`, fencedBlock(replacement.text, languageOf(finding.region.path))]
}

const languageOf = (path: string) => /\.([^./]+)$/.exec(path)?.[1] ?? ''

function coverageBlocks(report: Report): string[] {
  const unseen = unseenFiles(report)
  if (report.completeness === 'complete' && unseen.length === 0) return [markdownText(report.summary)]
  const { changedLines, seenLines } = report.coverage
  const rows = unseen
    .slice(0, maxUnseenFiles)
    .map(({ path, lines, reason }) => `- ${inlineCode(path)}, ${plural(lines, 'line')}: ${markdownLine(reason)}`)
  const more = unseen.length > maxUnseenFiles ? [`- and ${plural(unseen.length - maxUnseenFiles, 'more file')}`] : []
  return [
    markdownText(report.summary),
    `**Incomplete**: ${formatCount(seenLines)} of ${plural(changedLines, 'changed line')} looked at.`,
    ...(rows.length === 0 ? [] : [[...rows, ...more].join('\n')]),
  ]
}

function noticeBlocks({ notices }: Report): string[] {
  // A report of somebody else's may have one that says nothing: a lone dash would make a heading of what stands above it.
  const rows = notices.map(({ code, message, hint }) => `${inlineCode(code)} ${markdownLine(message)} ${markdownLine(hint)}`.trim())
  const told = rows.filter((row) => row !== '').map((row) => `- ${row}`)
  return told.length === 0 ? [] : [told.join('\n')]
}

function footer(report: Report): string {
  const facts = [describeSuppressed(report), describeLeftOut(report), runFacts(report).join(' \u00B7 ')].filter((fact) => fact !== '')
  return `---\n\n${facts.map(markdownLine).join('  \n')}`
}
