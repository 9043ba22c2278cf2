/** SARIF's own levels, mildest first. Order is the ranking. */
export const severities = ['note', 'warning', 'error'] as const

export type Severity = (typeof severities)[number]

/** The mildest severity that makes a run fail; `never` lets every finding pass. */
export const failOnLevels = [...severities, 'never'] as const

export type FailOn = (typeof failOnLevels)[number]

/** Whether a severity reaches a threshold. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(threshold)
}
