import { describe, expect, it } from 'vitest'
import type { DraftFinding } from '../../src/domain/finding.ts'
import { identify } from '../../src/domain/fingerprint.ts'

const draft = (overrides: Partial<DraftFinding> & { line?: number } = {}): DraftFinding => {
  const { line = 3, ...rest } = overrides
  return {
    rule: 'review/null',
    severity: 'error',
    confidence: null,
    title: 'A title',
    message: 'A message.',
    evidence: "  const a = get('b', c)",
    region: { path: 'a.ts', startLine: line, endLine: line },
    source: { kind: 'model', name: 'm', rule: 'null' },
    proof: { kind: 'model', detail: '' },
    replacement: null,
    ...rest,
  }
}
const fingerprints = (...drafts: DraftFinding[]) => identify(drafts).map(({ fingerprint }) => fingerprint)

describe('identify', () => {
  it.each([
    ['a shifted line', draft({ line: 90 })],
    ['another indentation', draft({ evidence: "\tconst a = get('b', c)" })],
    ['other quotes and a semicolon', draft({ evidence: 'const a = get("b", c);' })],
    ['another wording of the model', draft({ title: 'Other', message: 'Other.', severity: 'note' })],
    ['a wrapped call', draft({ evidence: 'const a = get(\n  "b",\n  c,\n)' })],
  ])('gives the same fingerprint after %s', (_name, changed) => {
    expect(fingerprints(changed)).toEqual(fingerprints(draft()))
  })

  it.each([
    ['other code', draft({ evidence: 'const a = get(d)' })],
    ['another rule', draft({ rule: 'review/async' })],
    ['another file', draft({ region: { path: 'b.ts', startLine: 3, endLine: 3 } })],
  ])('gives another fingerprint to %s', (_name, changed) => {
    expect(fingerprints(changed)).not.toEqual(fingerprints(draft()))
  })

  it('tells equal findings of a file apart by their order, and gives each an id of its own', () => {
    const found = identify([draft({ line: 9 }), draft({ line: 3 })])
    expect(new Set(found.flatMap(({ id, fingerprint }) => [id, fingerprint])).size).toBe(4)
    expect(found.map(({ region }) => region.startLine)).toEqual([3, 9])
  })

  it('puts findings in the order of path, line and rule, whole files first', () => {
    const found = identify([
      draft({ region: { path: 'b.ts', startLine: 1, endLine: 1 } }),
      draft({ line: 12 }),
      draft({ line: 12, rule: 'check/secrets' }),
      draft({ region: { path: 'a.ts', startLine: null, endLine: null } }),
    ])
    expect(found.map(({ region, rule }) => `${region.path}:${region.startLine} ${rule}`)).toEqual([
      'a.ts:null review/null',
      'a.ts:12 check/secrets',
      'a.ts:12 review/null',
      'b.ts:1 review/null',
    ])
  })
})
