import { type ExitCode, exitCodeOfNotice, exitCodes } from './errors.ts'
import type { Report } from './report.ts'
import { atLeast, type FailOn, type Severity } from './severity.ts'

/**
 * The number a finished run ends with: findings stay findings when something else failed too,
 * a failure never looks like findings, and an unfinished run never looks like a clean one.
 */
export function exitCodeFor(
  { findings, notices, completeness }: Pick<Report, 'findings' | 'notices' | 'completeness'>,
  failOn: FailOn | ((path: string) => FailOn),
): ExitCode {
  const thresholdFor = typeof failOn === 'function' ? failOn : () => failOn
  const failing = findings.some(({ severity, suppressed, region }) => suppressed === null && reaches(severity, thresholdFor(region.path)))
  if (failing) return exitCodes.findings
  if (notices.some(({ code }) => isFailure(code))) return exitCodes.failure
  return completeness === 'partial' ? exitCodes.incomplete : exitCodes.clean
}

/**
 * Whether a notice with this code tells that something could not be done. `auto` that finds no model has not failed: it was not told to
 * use one, and what is left unseen makes the run incomplete.
 */
export function isFailure(code: string): boolean {
  return code !== 'MODEL_MISSING' && exitCodeOfNotice(code) === exitCodes.failure
}

const reaches = (severity: Severity, threshold: FailOn) => threshold !== 'never' && atLeast(severity, threshold)
