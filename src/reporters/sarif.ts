import { plural } from '../domain/plural.ts'
import type { Invocation, Log, Notification, ReportingDescriptor, Result, Run } from 'sarif'
import type { Finding } from '../domain/finding.ts'
import type { Report } from '../domain/report.ts'
import { severities } from '../domain/severity.ts'
import { jsonText } from '../domain/trust-json.ts'
import { sarifText } from '../domain/trust-sarif.ts'
import { relativeUri } from '../domain/trust-uri.ts'
import { tellsFailure, unseenFiles } from './facts.ts'
import { linesOf } from './lines-of.ts'
import { replacementOf } from './replacement.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { describeRule, nameOfRule, tagsOfRule } from './rule-help.ts'
import { withoutSecrets } from './without-secrets.ts'

/** GitHub refuses a run with more results. */
const maxResults = 25_000
const maxUnseenFiles = 100
const schemaUri = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
/** All our paths are relative to the root of the repository, wherever it is checked out. */
const uriBaseId = 'SRCROOT'

/** SARIF 2.1.0, for GitHub code scanning and every other viewer. */
export const sarif: Reporter = withoutSecrets((report, options) => {
  const log: Log = { $schema: schemaUri, version: '2.1.0', runs: [toRun(report, options)] }
  return jsonText(log)
})

function toRun(report: Report, { describeRule: describe }: ReporterOptions): Run {
  const kept = mostImportant(report.findings)
  const rules = [...new Set(kept.map(({ rule }) => rule))].toSorted()
  const ruleIndex = new Map(rules.map((rule, index) => [rule, index]))
  return {
    tool: {
      driver: {
        name: report.tool.name,
        semanticVersion: isSemantic(report.tool.version) ? report.tool.version : '0.0.0',
        // A package URL names the tool wherever it is hosted.
        informationUri: `pkg:npm/${report.tool.name}`,
        rules: rules.map((rule) => toRule(rule, describeRule(rule, describe))),
      },
    },
    automationDetails: { id: `${report.tool.name}/${relativeUri(report.task)}/` },
    invocations: [toInvocation(report, report.findings.length - kept.length)],
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [uriBaseId]: { description: { text: 'The root of the repository.' } } },
    results: kept.map((finding) => toResult(finding, ruleIndex.get(finding.rule) ?? -1)),
  }
}

const isSemantic = (version: string) => /^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.test(version)

/** All findings in their order, or, of too many, those that count before the suppressed and the worst first. */
function mostImportant(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= maxResults) return findings
  const weight = ({ suppressed, severity }: Finding) => severities.indexOf(severity) + (suppressed ? 0 : severities.length)
  return findings.toSorted((a, b) => weight(b) - weight(a)).slice(0, maxResults)
}

function toRule(rule: string, summary: string): ReportingDescriptor {
  const text = sarifText(summary)
  const help = `${text} Where that is intended, a comment 'agent-ignore[${sarifText(rule)}]: reason' accepts it.`
  return {
    id: rule,
    name: nameOfRule(rule),
    shortDescription: { text },
    fullDescription: { text },
    help: { text: help },
    properties: { tags: tagsOfRule(rule) },
  }
}

function toResult(finding: Finding, ruleIndex: number): Result {
  const { rule, severity, title, message, fingerprint, confidence, source, proof, id, suppressed } = finding
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: sarifText(`${title.replace(/[.\s]+$/, '')}. ${message}`) },
    locations: [{ physicalLocation: toPhysicalLocation(finding) }],
    // GitHub follows an alert by the first key; the second says whose algorithm it is.
    partialFingerprints: { primaryLocationLineHash: fingerprint, 'codingAgentFingerprint/v1': fingerprint },
    ...toFixes(finding),
    suppressions: suppressed
      ? [
          {
            kind: suppressed.by === 'inline' ? 'inSource' : 'external',
            status: 'accepted',
            justification: sarifText(`${suppressed.by}: ${suppressed.reason}`),
          },
        ]
      : [],
    ...(confidence !== null && { rank: Math.round(confidence * 10_000) / 100 }),
    properties: { id, source, proof },
  }
}

function toPhysicalLocation({ region, evidence }: Finding): { artifactLocation: object; region: object } {
  const lines = linesOf(region)
  return {
    artifactLocation: artifactOf(region.path),
    // Viewers and GitHub want a region always; a finding about a whole file stands at its first line.
    region: {
      startLine: lines?.start ?? 1,
      endLine: lines?.end ?? 1,
      ...(lines && evidence !== '' && { snippet: { text: evidence.toWellFormed() } }),
    },
  }
}

function toFixes(finding: Finding): Pick<Result, 'fixes'> {
  const replacement = replacementOf(finding)
  if (!replacement) return {}
  const { start, end, text } = replacement
  // Without columns a region ends before the last newline; lines that go altogether take theirs with them.
  const deletedRegion =
    text === '' ? { startLine: start, startColumn: 1, endLine: end + 1, endColumn: 1 } : { startLine: start, endLine: end }
  return {
    fixes: [
      {
        description: { text: sarifText(finding.title) },
        artifactChanges: [
          {
            artifactLocation: artifactOf(finding.region.path),
            replacements: [{ deletedRegion, insertedContent: { text: text.toWellFormed() } }],
          },
        ],
      },
    ],
  }
}

function toInvocation(report: Report, leftOut: number): Invocation {
  const notices: Notification[] = report.notices.map((notice) => ({
    level: tellsFailure(notice) ? 'error' : 'note',
    descriptor: { id: notice.code },
    message: { text: sarifText([notice.message, notice.hint].filter((text) => text !== '').join(' ')) },
  }))
  const unseen = unseenFiles(report)
  return {
    executionSuccessful: report.completeness === 'complete' && !report.notices.some(tellsFailure),
    toolExecutionNotifications: [
      ...notices,
      ...unseen.slice(0, maxUnseenFiles).map(toUnseenNotification),
      ...more(unseen.length - maxUnseenFiles, (count) => `${plural(count, 'more file')} not or not wholly looked at.`),
      ...more(leftOut, (count) => `${plural(count, 'result')} left out, because a run may have ${maxResults} at most.`),
    ],
  }
}

function toUnseenNotification({ path, lines, reason }: { path: string; lines: number; reason: string }): Notification {
  return {
    level: 'warning',
    descriptor: { id: 'UNSEEN' },
    message: { text: sarifText(`${plural(lines, 'changed line')} not looked at: ${reason}`) },
    locations: [{ physicalLocation: { artifactLocation: artifactOf(path) } }],
  }
}

function more(count: number, sentence: (count: number) => string): Notification[] {
  return count > 0 ? [{ level: 'warning', descriptor: { id: 'MORE' }, message: { text: sentence(count) } }] : []
}

function artifactOf(path: string): { uri: string; uriBaseId: string } {
  return { uri: relativeUri(path), uriBaseId }
}
