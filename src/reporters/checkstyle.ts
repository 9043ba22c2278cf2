import type { Finding } from '../domain/finding.ts'
import { xmlAttribute } from '../domain/trust-xml.ts'
import { activeFindings } from './facts.ts'
import { linesOf } from './lines-of.ts'
import type { Reporter } from './reporter.ts'
import { severityNames } from './severity-names.ts'
import { withoutSecrets } from './without-secrets.ts'

/** Checkstyle's XML, which most CI servers read. */
export const checkstyle: Reporter = withoutSecrets((report) => {
  const files = Map.groupBy(activeFindings(report), ({ region }) => region.path)
  const elements = [...files].map(([path, findings]) =>
    [`  <file name="${xmlAttribute(path)}">`, ...findings.map(toError), '  </file>'].join('\n'),
  )
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="8.0">', ...elements, '</checkstyle>', ''].join('\n')
})

function toError({ title, message, rule, severity, region }: Finding): string {
  // Checkstyle itself writes line 0 for what concerns a whole file.
  const line = linesOf(region)?.start ?? 0
  const text = xmlAttribute(`${title}: ${message}`)
  return `    <error line="${line}" severity="${severityNames[severity].checkstyle}" message="${text}" source="${xmlAttribute(rule)}"/>`
}
