import type { Finding } from '../domain/finding.ts'
import type { Report } from '../domain/report.ts'
import { severities, type Severity } from '../domain/severity.ts'
import { commandData, commandProperty, stopCommands } from '../domain/trust-github.ts'
import { activeFindings, describeCounts, tellsFailure } from './facts.ts'
import { linesOf } from './lines-of.ts'
import { pretty } from './pretty.ts'
import type { Reporter } from './reporter.ts'
import { severityNames } from './severity-names.ts'
import { withoutSecrets } from './without-secrets.ts'

/** GitHub shows ten annotations of a level per step and drops the others without a word. */
const perLevel = 10
/** Far below what an annotation may hold; a longer message is cut, the log has it whole. */
const maxMessage = 4000

/** The pretty report in the log, where nothing in it can be a command, and annotations on the change. */
export const github: Reporter = withoutSecrets((report, options) => {
  const { shown, rest } = select(report)
  const commands = [...runAnnotations(report), ...shown.map(toAnnotation), ...restAnnotation(rest)]
  return stopCommands(pretty(report, options), options.stopToken) + commands.map((command) => `${command}\n`).join('')
})

/** The worst first, as many of each level as GitHub shows, less what the annotations about the run itself take. */
function select(report: Report): { shown: Finding[]; rest: Finding[] } {
  const all = selectUpTo(report, perLevel)
  return all.rest.length === 0 ? all : selectUpTo(report, perLevel - 1)
}

function selectUpTo(report: Report, notes: number): { shown: Finding[]; rest: Finding[] } {
  const active = activeFindings(report)
  const room: Record<Severity, number> = { error: perLevel, warning: perLevel - runAnnotations(report).length, note: notes }
  const levels = severities
    .toReversed()
    .map((level) => ({ room: room[level], findings: active.filter(({ severity }) => severity === level) }))
  return {
    shown: levels.flatMap(({ room: size, findings }) => findings.slice(0, size)),
    rest: levels.flatMap(({ room: size, findings }) => findings.slice(size)),
  }
}

function toAnnotation({ severity, rule, title, message, region }: Finding): string {
  const lines = linesOf(region)
  return command(severityNames[severity].github, `${title}\n${message}`, {
    file: region.path,
    ...(lines && { line: String(lines.start), endLine: String(lines.end) }),
    title: rule,
  })
}

/** An unfinished run must not look like a clean one, on the page either. */
function runAnnotations({ task, completeness, notices, summary }: Report): string[] {
  const failures = notices.filter(tellsFailure).map(({ message }) => message)
  if (completeness === 'complete' && failures.length === 0) return []
  return [command('warning', [summary, ...failures].join('\n'), { title: `agent ${task}: incomplete` })]
}

function restAnnotation(rest: readonly Finding[]): string[] {
  if (rest.length === 0) return []
  return [
    command('notice', `${describeCounts(rest)} more than GitHub shows as annotations. The log of this step has them all.`, {
      title: 'More findings',
    }),
  ]
}

function command(name: string, message: string, properties: Readonly<Record<string, string>>): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${commandProperty(value)}`)
  const cut = message.length > maxMessage ? `${message.slice(0, maxMessage).toWellFormed()}\u2026` : message
  return `::${name} ${list.join(',')}::${commandData(cut)}`
}
