import { byPlace } from '../../domain/fingerprint.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { severities } from '../../domain/severity.ts'

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
  if (distance === 0 && (a.rule === b.rule || sameSubject(a, b))) return a.source.kind === 'model' || a.title === b.title
  if (a.source.kind !== 'model' && b.source.kind !== 'model') return false
  return distance <= nearby && overlap(wordsOf(a), wordsOf(b)) >= sameWords
}

/** What a check and a category of the model both speak of. */
const subjects: Record<string, string> = {
  'check/secrets': 'review/secret',
  'check/conflict-markers': 'review/logic',
  'check/syntax': 'review/type',
}

const sameSubject = (a: DraftFinding, b: DraftFinding) => subjects[a.rule] === b.rule || subjects[b.rule] === a.rule

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

function wordsOf({ title, message }: DraftFinding): Set<string> {
  const words = `${title} ${message}`.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []
  return new Set(words.filter((word) => !small.has(word)))
}

function overlap(a: Set<string>, b: Set<string>): number {
  const smaller = Math.min(a.size, b.size)
  return smaller === 0 ? 0 : [...a].filter((word) => b.has(word)).length / smaller
}
