import type { Severity } from '../domain/severity.ts'

interface SeverityNames {
  /** GitHub's annotation levels. */
  github: 'error' | 'warning' | 'notice'
  /** Reviewdog's severities. */
  rdjson: 'ERROR' | 'WARNING' | 'INFO'
  /** GitLab's scale also has `major` and `blocker`, which we do not use: three levels stay three levels. */
  gitlab: 'critical' | 'minor' | 'info'
  checkstyle: 'error' | 'warning' | 'info'
}

/** What each format calls our severities. SARIF's levels are ours; JUnit takes the severity as the type of a failure. */
export const severityNames: Readonly<Record<Severity, SeverityNames>> = {
  error: { github: 'error', rdjson: 'ERROR', gitlab: 'critical', checkstyle: 'error' },
  warning: { github: 'warning', rdjson: 'WARNING', gitlab: 'minor', checkstyle: 'warning' },
  note: { github: 'notice', rdjson: 'INFO', gitlab: 'info', checkstyle: 'info' },
}
