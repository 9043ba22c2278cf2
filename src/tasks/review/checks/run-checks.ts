import type { DraftFinding } from '../../../domain/finding.ts'
import type { Notice } from '../../../domain/report.ts'
import { type Severity, severities as severityOrder } from '../../../domain/severity.ts'
import type { Check, CheckFinding, ReviewedChange } from './check.ts'
import { createCheckContext } from './check-context.ts'

export interface CheckOptions {
  /** `review.checks` of the configuration; a check that is not named has its own severity. */
  severities: Readonly<Partial<Record<string, Severity | 'off'>>>
}

export interface CheckOutcome {
  findings: DraftFinding[]
  /** One for each check that failed: the others are not hidden by it. */
  notices: Notice[]
}

const maxTitleLength = 80

/** Runs every check that is not switched off over a change, without a model. Throws only when the signal is aborted. */
export async function runChecks(checks: readonly Check[], { severities }: CheckOptions, reviewed: ReviewedChange): Promise<CheckOutcome> {
  const context = createCheckContext(reviewed)
  const findings: DraftFinding[] = []
  const notices: Notice[] = []
  for (const check of checks) {
    reviewed.signal.throwIfAborted()
    const severity = severities[check.name] ?? check.defaultSeverity
    if (severity === 'off') continue
    try {
      for (const found of await check.run(context)) findings.push(draft(found, check, severity))
    } catch (error) {
      reviewed.signal.throwIfAborted()
      notices.push(failureNotice(check, error))
    }
  }
  return { findings, notices }
}

function draft({ milder = false, replacement, ...found }: CheckFinding, check: Check, severity: Severity): DraftFinding {
  return {
    ...found,
    rule: `check/${check.name}`,
    severity: milder ? oneBelow(severity) : severity,
    confidence: 1,
    title: clip(found.title),
    source: { kind: 'check', name: 'check', rule: check.name },
    proof: { kind: 'static', detail: check.summary },
    replacement: replacement ?? null,
  }
}

function oneBelow(severity: Severity): Severity {
  return severityOrder[severityOrder.indexOf(severity) - 1] ?? 'note'
}

function clip(title: string): string {
  return title.length <= maxTitleLength ? title : `${title.slice(0, maxTitleLength - 1)}…`
}

function failureNotice({ name }: Check, error: unknown): Notice {
  const reason = error instanceof Error ? error.message : String(error)
  return {
    code: 'INTERNAL',
    message: `The check ${name} failed and found nothing: ${reason}`,
    hint: `Set review.checks.${name} to off until this is fixed, and report it with \`agent doctor --bundle\`.`,
  }
}
