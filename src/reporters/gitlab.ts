import { showHidden } from '../domain/trust.ts'
import { jsonText } from '../domain/trust-json.ts'
import { activeFindings } from './facts.ts'
import { linesOf } from './lines-of.ts'
import type { Reporter } from './reporter.ts'
import { severityNames } from './severity-names.ts'
import { withoutSecrets } from './without-secrets.ts'

/** GitLab's Code Quality report. */
export const gitlab: Reporter = withoutSecrets((report) => {
  const unique = distinct()
  return jsonText(
    activeFindings(report).map(({ title, message, rule, fingerprint, severity, region }) => {
      const lines = linesOf(region)
      return {
        description: showHidden(`${title}: ${message}`).replaceAll(/\s+/g, ' '),
        check_name: rule,
        fingerprint: unique(fingerprint),
        severity: severityNames[severity].gitlab,
        // GitLab needs a line; a finding about a whole file stands at its top.
        location: { path: region.path, lines: lines ? { begin: lines.start, end: lines.end } : { begin: 1 } },
      }
    }),
  )
})

/** GitLab refuses reports with equal fingerprints, which only a report that was put together by hand has. */
function distinct(): (fingerprint: string) => string {
  const taken = new Set<string>()
  return (fingerprint) => {
    let unique = fingerprint
    for (let twin = 2; taken.has(unique); twin++) unique = `${fingerprint}-${twin}`
    taken.add(unique)
    return unique
  }
}
