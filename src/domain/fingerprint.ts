import { createHash } from 'node:crypto'
import type { DraftFinding, Finding } from './finding.ts'

/**
 * Gives each finding its identity and puts them in the report's order: path, line, rule.
 * The fingerprint rests on the rule, the path and the code pointed at (spaces, quotes and closing punctuation aside) with its ordinal
 * among equal ones, so neither shifted lines nor a formatter nor a rebase change it.
 */
export function identify(drafts: readonly DraftFinding[]): Finding[] {
  const seen = new Map<string, number>()
  return withIds(
    drafts.toSorted(byPlace).map((draft) => {
      const essence = [draft.rule, draft.region.path, normalizeCode(draft.evidence)].join('\0')
      const ordinal = nextIn(seen, essence)
      const fingerprint = createHash('sha256').update(`${essence}\0${ordinal}`).digest('hex').slice(0, 32)
      return { ...draft, fingerprint, suppressed: draft.suppressed ?? null }
    }),
  )
}

/** Names findings by the beginning of their fingerprints; of several that begin alike in one report, the later ones get a number. */
export function withIds(findings: readonly Omit<Finding, 'id'>[]): Finding[] {
  const ids = new Map<string, number>()
  return findings.map((finding) => {
    const short = finding.fingerprint.slice(0, 10)
    const twin = nextIn(ids, short)
    return { ...finding, id: twin === 0 ? short : `${short}-${twin}` }
  })
}

/** Code without what a formatter may change: white space, kind of quotes, trailing commas and semicolons. */
function normalizeCode(text: string): string {
  return text
    .replaceAll(/\s+/g, '')
    .replaceAll(/['`]/g, '"')
    .replaceAll(/,(?=[)\]}])/g, '')
    .replaceAll(/;/g, '')
}

/** Order of the report. Code units, not the locale, so that it is the same everywhere. */
export function byPlace(a: DraftFinding, b: DraftFinding): number {
  return (
    compare(a.region.path, b.region.path) ||
    (a.region.startLine ?? 0) - (b.region.startLine ?? 0) ||
    compare(a.rule, b.rule) ||
    compare(a.title, b.title)
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function nextIn(counts: Map<string, number>, key: string): number {
  const count = counts.get(key) ?? 0
  counts.set(key, count + 1)
  return count
}
