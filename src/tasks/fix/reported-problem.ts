import type { Diagnostic } from '../../domain/diagnostic.ts'
import { AppError } from '../../domain/errors.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { maskLine } from '../../domain/mask.ts'
import type { LineReader } from '../../domain/new-diagnostics.ts'
import { reportSchema } from '../../domain/report.ts'
import { readSarif } from '../../linters/sarif.ts'
import { readOwnSarif } from './own-sarif.ts'
import { rangeOf } from './target.ts'

/** A problem that a report tells. Lines may have moved since. */
export interface ReportedProblem {
  told: Diagnostic
  /** The lines it points at, where the report has them. */
  evidence: string | null
  /** As a report of ours has it; null: another tool has told it. */
  finding: DraftFinding | null
}

interface Surroundings {
  /** As the user named it, for messages. */
  name: string
  /** Absolute path of the root. */
  root: string
  /** Null for what is not there or is no text. */
  readText(path: string): Promise<string | null>
}

/** The problems of a report of ours or of any SARIF file. Suppressed ones are nobody's problem. Throws `REPORT_INVALID`. */
export async function readReportedProblems(text: string, { name, root, readText }: Surroundings): Promise<readonly ReportedProblem[]> {
  const json = jsonOf(text)
  const report = reportSchema.safeParse(json)
  const findings = report.success ? report.data.findings : readOwnSarif(json)
  if (findings) return problemsOf(findings)
  const sarif = await readSarif(text, { root, readText })
  if (sarif.status === 'read') return sarif.diagnostics.map((told) => ({ told, evidence: null, finding: null }))
  throw new AppError('REPORT_INVALID', `${name} is neither a report of agent nor a SARIF file that can be read: ${sarif.reason}`, {
    hint: 'Write one with `agent review --report json=report.json`, or let the linter write SARIF.',
  })
}

/** What a review found, as problems that may be repaired. Suppressed ones are nobody's problem. */
export function problemsOf(findings: readonly DraftFinding[]): ReportedProblem[] {
  return findings
    .filter(({ suppressed }) => suppressed === null || suppressed === undefined)
    .map((finding) => {
      const { source, severity, region, message, evidence } = finding
      const { startLine, endLine, path } = region
      const range = startLine === null ? null : rangeOf(startLine, Math.max(startLine, endLine ?? startLine))
      const told = { tool: toolOf(finding), rule: source.rule, severity, path, range, message, isFatal: false, isFixable: false }
      return { told, evidence, finding }
    })
}

/** Who is asked whether it is gone: `eslint`, `check`, `review`, `test`. */
function toolOf({ source: { kind, name } }: DraftFinding): string {
  if (kind === 'linter') return name
  return kind === 'model' ? 'review' : kind
}

/** Whether what a tool says today is what was reported: the same rule, on the same line or one with the same text. */
export function isReported({ told, evidence }: ReportedProblem, diagnostic: Diagnostic, lineOf: LineReader): boolean {
  const sameRule =
    diagnostic.tool.toLowerCase() === told.tool.toLowerCase() &&
    (diagnostic.rule ?? 'problem') === (told.rule ?? 'problem') &&
    diagnostic.path === told.path
  if (!sameRule) return false
  if (told.range === null || diagnostic.range === null) return told.range === diagnostic.range
  if (diagnostic.range.startLine === told.range.startLine) return true
  const line = lineOf(diagnostic.path, diagnostic.range.startLine)?.trim()
  const [quoted = ''] = (evidence ?? '').split('\n')
  // Most formats of a report have secrets masked.
  return line !== undefined && line !== '' && [line, maskLine(line)].includes(quoted.trim())
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
