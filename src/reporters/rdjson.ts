import type { Finding } from '../domain/finding.ts'
import { jsonText } from '../domain/trust-json.ts'
import { markdownLine, markdownText } from '../domain/trust-markdown.ts'
import { activeFindings } from './facts.ts'
import { linesOf } from './lines-of.ts'
import { replacementOf } from './replacement.ts'
import type { Reporter } from './reporter.ts'
import { severityNames } from './severity-names.ts'
import { withoutSecrets } from './without-secrets.ts'

/** Reviewdog's diagnostic format. Reviewdog posts messages as comments, so they are Markdown. */
export const rdjson: Reporter = withoutSecrets((report) =>
  jsonText({ source: { name: report.tool.name }, diagnostics: activeFindings(report).map(toDiagnostic) }),
)

function toDiagnostic(finding: Finding): object {
  const { title, message, region, severity, source, rule } = finding
  const lines = linesOf(region)
  // A range without columns covers its lines from the first to the last, both included.
  const range = lines && { start: { line: lines.start }, end: { line: lines.end } }
  const replacement = replacementOf(finding)
  return {
    message: `${markdownLine(title)}\n\n${markdownText(message)}`,
    location: { path: region.path, ...(range && { range }) },
    severity: severityNames[severity].rdjson,
    source: { name: source.name },
    code: { value: rule },
    ...(replacement && { suggestions: [{ range, text: replacement.text }] }),
  }
}
