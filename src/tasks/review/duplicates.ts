import { byPlace } from '../../domain/fingerprint.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { severities } from '../../domain/severity.ts'
import { namesIn } from './refute.ts'

/** How much of the smaller set of words two findings share before they say the same. */
const sameWords = 0.6
/** Lines between two findings that may still be about the same place. */
const nearby = 2

/** Marks what says the same as a better founded finding: tools before models, then the more severe, then the surer. */
export function markDuplicates(findings: readonly DraftFinding[]): DraftFinding[] {
  const kept: DraftFinding[] = []
  const ranked = findings.toSorted((a, b) => rank(b) - rank(a) || byPlace(a, b))
  return ranked.map((finding) => {
    if (finding.suppressed) return finding
    const original = kept.find((other) => saysTheSame(finding, other))
    if (!original) {
      kept.push(finding)
      return finding
    }
    return {
      ...finding,
      suppressed: { by: 'duplicate' as const, reason: `Says the same as ${original.rule} on line ${original.region.startLine ?? 'all'}.` },
    }
  })
}

const rank = ({ source, severity, confidence }: DraftFinding) =>
  (source.kind === 'model' ? 0 : 100) + severities.indexOf(severity) * 10 + (confidence ?? 0)

function saysTheSame(a: DraftFinding, b: DraftFinding): boolean {
  if (a.region.path !== b.region.path) return false
  const distance = distanceBetween(a, b)
  const fromModel = [a, b].filter(({ source }) => source.kind === 'model').length
  if (distance === 0 && (a.rule === b.rule || sameSubject(a, b))) return a.source.kind === 'model' || a.title === b.title
  if (fromModel === 0) return distance === 0 && a.source.name !== b.source.name && sameRule(a, b)
  if (distance === 0 && claimsTheSame(a, b)) return true
  return distance <= nearby && overlap(wordsOf(a), wordsOf(b)) >= sameWords
}

/** What a check and a category of the model both speak of. */
const subjects: Record<string, string> = {
  'check/secrets': 'review/secret',
  'check/conflict-markers': 'review/logic',
  'check/syntax': 'review/type',
}

const sameSubject = (a: DraftFinding, b: DraftFinding) => subjects[a.rule] === b.rule || subjects[b.rule] === a.rule

/** Names of linters' rules that a check of ours is about, too. */
const checkedToo: Readonly<Record<string, string>> = {
  nodebugger: 'debuggerstatements',
  noonlytests: 'focusedtests',
  nofocusedtests: 'focusedtests',
  noexclusivetests: 'focusedtests',
  nodisabledtests: 'skippedtests',
  noskippedtests: 'skippedtests',
  // What has no rule is a text that cannot be parsed.
  problem: 'syntax',
}

/** Two tools with the same rule: `eslint/no-debugger`, `oxlint/eslint/no-debugger` and `biome/lint/suspicious/noDebugger`. */
const sameRule = (a: DraftFinding, b: DraftFinding) => plainRule(a) === plainRule(b)

function plainRule({ rule }: DraftFinding): string {
  const name = lastPart(rule)
    .toLowerCase()
    .replaceAll(/[^a-z\d]/g, '')
  return checkedToo[name] ?? name
}

const lastPart = (rule: string) => rule.slice(rule.lastIndexOf('/') + 1)

/** What compilers and linters say in words of their own, and models in others. */
const claims: readonly RegExp[] = [
  /\bnever (?:used|read)\b|\bunused\b|\bnot used\b/i,
  /\bcannot find (?:name|module)\b|\bundefined name\b|\bnot (?:defined|declared|imported)\b|\bundeclared\b/i,
  /\bnot assignable\b|\bdoes not exist on\b|\bnot a (?:function|method|property)\b|\bno (?:such )?(?:method|property|member|attribute)\b/i,
]

/** A tool and a model that make one claim about one name, on the same line. */
function claimsTheSame(a: DraftFinding, b: DraftFinding): boolean {
  if (a.source.kind !== 'linter' && b.source.kind !== 'linter') return false
  const [left, right] = [`${a.title} ${a.message}`, `${b.title} ${b.message}`]
  if (!claims.some((claim) => claim.test(left) && claim.test(right))) return false
  const named = new Set(namesIn(left))
  return namesIn(right).some((name) => named.has(name))
}

function distanceBetween({ region: a }: DraftFinding, { region: b }: DraftFinding): number {
  if (a.startLine === null || b.startLine === null) return a.startLine === b.startLine ? 0 : Number.POSITIVE_INFINITY
  return Math.max(0, a.startLine - (b.endLine ?? b.startLine), b.startLine - (a.endLine ?? a.startLine))
}

const small = new Set([
  'the',
  'and',
  'with',
  'that',
  'this',
  'when',
  'happens',
  'which',
  'from',
  'into',
  'for',
  'are',
  'not',
  'will',
  'then',
  'because',
])

/** The name of a linter's rule often says more than its message. */
function wordsOf({ title, message, rule, source }: DraftFinding): Set<string> {
  const name = source.kind === 'linter' ? lastPart(rule).replaceAll(/(?<=[a-z])(?=[A-Z])|-/g, ' ') : ''
  const words = `${title} ${message} ${name}`.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []
  return new Set(words.filter((word) => !small.has(word)))
}

function overlap(a: Set<string>, b: Set<string>): number {
  const smaller = Math.min(a.size, b.size)
  return smaller === 0 ? 0 : [...a].filter((word) => b.has(word)).length / smaller
}
