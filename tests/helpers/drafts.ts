import type { DraftFinding } from '../../src/domain/finding.ts'

/** A finding of the model on one line; tests say only what matters to them. */
export function draftFinding({
  line = 3,
  path = 'a.ts',
  ...overrides
}: Partial<DraftFinding> & { line?: number | null; path?: string } = {}): DraftFinding {
  return {
    rule: 'review/null',
    severity: 'error',
    confidence: null,
    title: 'User may be null',
    message: 'It throws. Happens when: the id is unknown.',
    region: { path, startLine: line, endLine: line },
    evidence: 'user.name',
    source: { kind: 'model', name: 'scripted', rule: 'null' },
    proof: { kind: 'model', detail: 'The model quoted line 3 of the change.' },
    replacement: null,
    ...overrides,
  }
}

/** A finding of one of the checks. */
export const checkFinding = (name: string, overrides: Parameters<typeof draftFinding>[0] = {}): DraftFinding =>
  draftFinding({
    rule: `check/${name}`,
    confidence: 1,
    title: `Found by ${name}`,
    source: { kind: 'check', name: 'check', rule: name },
    proof: { kind: 'static', detail: '' },
    ...overrides,
  })
