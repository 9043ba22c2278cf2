import type { Diagnostic } from '../../domain/diagnostic.ts'
import { AppError } from '../../domain/errors.ts'
import type { LineReader } from '../../domain/new-diagnostics.ts'
import { reportSchema } from '../../domain/report.ts'
import { readSarif } from '../../linters/sarif.ts'

/** A problem that a report tells. Lines may have moved since. */
export interface ReportedProblem {
  told: Diagnostic
  /** The line it points at, where the report has it. */
  evidence: string | null
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
  const report = reportSchema.safeParse(jsonOf(text))
  if (report.success)
    return report.data.findings.flatMap(({ suppressed, source, severity, region, message, evidence }) => {
      if (suppressed !== null) return []
      const { startLine, endLine, path } = region
      const range = startLine === null ? null : { startLine, startColumn: null, endLine: endLine ?? startLine, endColumn: null }
      const tool = source.kind === 'linter' ? source.name : source.kind
      return [{ told: { tool, rule: source.rule, severity, path, range, message, isFatal: false, isFixable: false }, evidence }]
    })
  const sarif = await readSarif(text, { root, readText })
  if (sarif.status === 'read') return sarif.diagnostics.map((told) => ({ told, evidence: null }))
  throw new AppError('REPORT_INVALID', `${name} is neither a report of agent nor a SARIF file that can be read: ${sarif.reason}`, {
    hint: 'Write one with `agent review --report json=report.json`, or let the linter write SARIF.',
  })
}

/** Whether what a linter says today is what was reported: the same rule, on the same line or one with the same text. */
export function isReported({ told, evidence }: ReportedProblem, diagnostic: Diagnostic, lineOf: LineReader): boolean {
  const sameRule =
    diagnostic.tool.toLowerCase() === told.tool.toLowerCase() &&
    (diagnostic.rule ?? 'problem') === (told.rule ?? 'problem') &&
    diagnostic.path === told.path
  if (!sameRule) return false
  if (told.range === null || diagnostic.range === null) return told.range === diagnostic.range
  if (diagnostic.range.startLine === told.range.startLine) return true
  const line = lineOf(diagnostic.path, diagnostic.range.startLine)?.trim()
  return evidence !== null && line !== undefined && line !== '' && evidence.split('\n')[0]?.trim() === line
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
