import type { Finding } from './finding.ts'
import type { Report } from './report.ts'

const mask = '******'

/** Rules whose evidence is a secret, word for word: it anchors the finding, and must not reach a log or a page. */
const secretRules: ReadonlySet<string> = new Set(['check/secrets', 'review/secret'])

const quoted = /(["'`])((?:\\.?|(?!\1)[^\\])*)(\1?)/g
/** `password hunter2`, as netrc files and command lines have it. */
const named = /(\b(?:pass(?:word|wd|phrase)?|pwd|token|secret|login|bearer|basic)\s+)([^\s"'`=:]+)/gi
const value = /[^\s"'`,;(){}[\]=:]+/g
const longToken = /[\w+/.~$%@!&*-]{12,}/g
/** A name that may stay readable: letters only, and telling what the value is. */
const keyName = /^(?=.{0,40}$)(?=.*(?:key|token|secret|pass|pwd|cred|auth|url|dsn|connection))[a-z_.-]+$/i

/** Whether the evidence of a finding is a secret. */
export function holdsSecret({ rule }: Pick<Finding, 'rule'>): boolean {
  return secretRules.has(rule)
}

/** A line with the shape it has and without its values: quoted strings, what follows `=` or `:`, and long tokens. */
export function maskLine(line: string): string {
  return hideValues(line, () => mask)
}

/** What a finding points at, fit to be shown: masked where it is a secret. */
export function maskedEvidence(finding: Pick<Finding, 'rule' | 'evidence'>): string {
  return holdsSecret(finding) ? finding.evidence.split('\n').map(maskLine).join('\n') : finding.evidence
}

/** Says of a line of a file whether a finding calls it a secret. */
export function secretLines(findings: readonly Finding[]): (path: string, line: number) => boolean {
  const regions = Map.groupBy(findings.filter(holdsSecret), ({ region }) => region.path)
  return (path, line) =>
    (regions.get(path) ?? []).some(
      ({ region: { startLine, endLine } }) => startLine === null || (startLine <= line && line <= (endLine ?? startLine)),
    )
}

/**
 * The report without the secrets that it found: masked in every evidence that covers their lines, and wherever a text repeats them.
 * The JSON report keeps them, because evidence is what findings are anchored by.
 */
export function maskSecrets(report: Report): Report {
  if (!report.findings.some(holdsSecret)) return report
  const values = secretValues(report.findings)
  const isSecret = secretLines(report.findings)
  const scrub = (text: string) => values.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, mask), text)
  return {
    ...report,
    summary: scrub(report.summary),
    patch: scrub(report.patch),
    notices: report.notices.map((notice) => ({ ...notice, message: scrub(notice.message), hint: scrub(notice.hint) })),
    findings: report.findings.map((finding) => ({
      ...finding,
      title: scrub(finding.title),
      message: scrub(finding.message),
      evidence: scrub(coveredEvidence(finding, isSecret)),
      replacement: finding.replacement === null ? null : scrub(finding.replacement),
      proof: { ...finding.proof, detail: scrub(finding.proof.detail) },
      suppressed: finding.suppressed && { ...finding.suppressed, reason: scrub(finding.suppressed.reason) },
    })),
  }
}

function coveredEvidence(finding: Finding, isSecret: (path: string, line: number) => boolean): string {
  const { path, startLine } = finding.region
  if (holdsSecret(finding) || startLine === null) return maskedEvidence(finding)
  return finding.evidence
    .split('\n')
    .map((line, index) => (isSecret(path, startLine + index) ? maskLine(line) : line))
    .join('\n')
}

/** The values that masking hides, longest first; plain words are left out, since other text has them too. */
function secretValues(findings: readonly Finding[]): string[] {
  const values = new Set<string>()
  const collect = (hiddenValue: string) => {
    for (const part of [hiddenValue, ...(hiddenValue.match(/[\w+/.~-]{8,}/g) ?? [])]) {
      if (part.length >= (/\d/.test(part) ? 6 : 16)) values.add(part)
    }
    return mask
  }
  for (const { evidence } of findings.filter(holdsSecret)) evidence.split('\n').forEach((line) => hideValues(line, collect))
  return [...values].toSorted((a, b) => b.length - a.length)
}

function hideValues(line: string, hide: (text: string) => string): string {
  const hideUnlessHidden = (text: string) => (text === '' || text === mask ? text : hide(text))
  const unquoted = line.replaceAll(quoted, (...[, open = '', text = '', close = '']: string[]) => open + hideUnlessHidden(text) + close)
  const separator = unquoted.search(/[=:]/)
  const end = separator === -1 ? unquoted.length : separator
  const name = unquoted
    .slice(0, end)
    .replaceAll(named, (_, key: string, text: string) => key + hideUnlessHidden(text))
    .replaceAll(longToken, (text) => (separator !== -1 && keyName.test(text) ? text : hideUnlessHidden(text)))
  return name + unquoted.slice(end).replaceAll(value, hideUnlessHidden)
}
