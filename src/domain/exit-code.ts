import { type ExitCode, exitCodeOfNotice, exitCodes } from './errors.ts'
import type { Report } from './report.ts'
import { atLeast, type FailOn } from './severity.ts'

/**
 * The number a finished run ends with: findings stay findings when something else failed too,
 * a failure never looks like findings, and an unfinished run never looks like a clean one.
 */
export function exitCodeFor({ findings, notices, completeness }: Pick<Report, 'findings' | 'notices' | 'completeness'>, failOn: FailOn): ExitCode {
  const failing = findings.some(({ severity, suppressed }) => suppressed === null && failOn !== 'never' && atLeast(severity, failOn))
  if (failing) return exitCodes.findings
  if (notices.some(({ code }) => exitCodeOfNotice(code) === exitCodes.failure)) return exitCodes.failure
  return completeness === 'partial' ? exitCodes.incomplete : exitCodes.clean
}
