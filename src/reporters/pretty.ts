import type { Finding } from '../domain/finding.ts'
import { guardCommands } from '../domain/trust-github.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import { excerptOf } from './excerpt.ts'
import { activeFindings } from './facts.ts'
import { describeLines, linesOf } from './lines-of.ts'
import { createPage, type Page, severityColors } from './page.ts'
import { closingBlocks } from './pretty-closing.ts'
import { resultBlocks } from './pretty-result.ts'
import { replacementOf } from './replacement.ts'
import type { Reporter } from './reporter.ts'
import { cutStart, displayWidth, wrapText } from './text-layout.ts'
import { withoutSecrets } from './without-secrets.ts'

/** For people at a terminal: the findings file by file with the lines they point at, then what was seen, by whom, and at what cost. */
export const pretty: Reporter = withoutSecrets((report, options) => {
  const page = createPage(options)
  const files = [...Map.groupBy(activeFindings(report), ({ region }) => region.path)]
  const blocks = files.flatMap(([path, findings]) => [heading(path, page), ...findings.map((finding) => findingBlock(finding, page))])
  return `${guardCommands([...resultBlocks(report, page), ...blocks, ...closingBlocks(report, page)].join('\n\n'))}\n`
})

function heading(path: string, { paint, width }: Page): string {
  const name = cutStart(terminalLine(path), width - 6)
  return `${paint('dim', '\u2500\u2500')} ${paint('bold', name)} ${paint('dim', '\u2500'.repeat(width - displayWidth(name) - 4))}`
}

function findingBlock(finding: Finding, page: Page): string {
  const { severity, title } = finding
  const head = wrapText(`${severity}: ${terminalLine(title)}`, page.width - 2)
  const label = page.paint([severityColors[severity], 'bold'], severity)
  const excerpt = excerptOf(finding, page)
  return [
    ...head.map((row, index) => (index === 0 ? label + page.paint('bold', row.slice(severity.length)) : page.paint('bold', row))),
    locator(finding, page),
    ...(excerpt.length > 0 ? ['', ...excerpt.map((row) => `  ${row}`)] : []),
    ...behind(messageRows(finding, page)),
  ]
    .map((row) => (row === '' ? '' : `  ${row}`))
    .join('\n')
}

/** What a linter says fits into its title, and that it was run goes without saying. */
function messageRows(finding: Finding, page: Page): string[] {
  const { title, message } = finding
  const rows = message === title ? [] : wrapText(terminalText(message), page.width - 2).map((row) => withCode(row, page))
  const closing = closingLines(finding).flatMap((line) => wrapText(line, page.width - 2))
  return [...rows, ...closing.map((row) => page.paint('dim', row))]
}

const behind = (rows: readonly string[]) => (rows.length === 0 ? [] : ['', ...rows])

/** Terminals and editors open `path:line` on a click; `agent explain` takes what stands at the end. */
function locator({ id, region, rule, confidence }: Finding, { paint }: Page): string {
  const lines = linesOf(region)
  const place = terminalLine(region.path) + (lines ? `:${lines.start}` : '')
  const sure = confidence === null || confidence === 1 ? '' : `, ${Math.round(confidence * 100)} % sure`
  return `${paint('cyan', place)}  ${paint('dim', terminalLine(`${rule}${sure}  ${id}`))}`
}

function closingLines(finding: Finding): string[] {
  const removal = replacementOf(finding)?.text === '' ? [`Suggested: remove ${describeLines(finding.region)}.`] : []
  const { kind, detail } = finding.proof
  const isShown = kind === 'executed' && detail !== '' && finding.source.kind !== 'linter'
  return [...removal, ...(isShown ? [`Shown by running it: ${terminalText(detail)}`] : [])]
}

const withCode = (row: string, { paint }: Page) => row.replaceAll(/`[^`]+`/g, (code) => paint('cyan', code))
