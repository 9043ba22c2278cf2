import { describe, expect, it } from 'vitest'
import { applyBaseline, baselineOf } from '../../src/domain/baseline.ts'
import { exitCodeFor } from '../../src/domain/exit-code.ts'
import { identify } from '../../src/domain/fingerprint.ts'
import type { Severity } from '../../src/domain/severity.ts'
import { draftFinding } from '../helpers/drafts.ts'

const found = (severity: Severity) => identify([draftFinding({ severity })])
const notice = (code: string) => [{ code, message: '', hint: '' }]
const clean = { findings: [], notices: [], completeness: 'complete' as const }

describe('exitCodeFor', () => {
  it.each([
    ['nothing found', clean, 0],
    ['an error', { ...clean, findings: found('error') }, 1],
    ['a warning only', { ...clean, findings: found('warning') }, 0],
    ['an unfinished run', { ...clean, completeness: 'partial' as const }, 4],
    ['a dead engine', { ...clean, completeness: 'partial' as const, notices: notice('ENGINE_UNREACHABLE') }, 3],
    ['no model where none was demanded', { ...clean, completeness: 'partial' as const, notices: notice('MODEL_MISSING') }, 4],
    ['a remark', { ...clean, notices: notice('FINDINGS_UNANCHORED') }, 0],
    [
      'an error and a dead engine',
      { findings: found('error'), completeness: 'partial' as const, notices: notice('ENGINE_UNREACHABLE') },
      1,
    ],
  ])('%s', (_name, report, code) => {
    expect(exitCodeFor(report, 'error')).toBe(code)
  })

  it.each([
    ['never', 0],
    ['error', 0],
    ['warning', 1],
    ['note', 1],
  ] as const)('with --fail-on %s a warning ends in %i', (failOn, code) => {
    expect(exitCodeFor({ ...clean, findings: found('warning') }, failOn)).toBe(code)
  })

  it('asks each path for its own threshold', () => {
    const lenient = (path: string) => (path === 'a.ts' ? ('never' as const) : ('error' as const))
    expect(exitCodeFor({ ...clean, findings: found('error') }, lenient)).toBe(0)
  })

  it('lets pass what a baseline accepts, and only that', () => {
    const today = identify([draftFinding()])
    const tomorrow = identify([draftFinding({ line: 40 }), draftFinding({ line: 50, evidence: 'other.name' })])
    const marked = applyBaseline(tomorrow, baselineOf(today))
    expect(marked.map(({ suppressed }) => suppressed?.by ?? null)).toEqual(['baseline', null])
    expect(applyBaseline(tomorrow, null)).toEqual(tomorrow)
  })
})
