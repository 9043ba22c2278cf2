import type { GenerateTestsResult } from '../domain/generated-tests.ts'
import { plural } from '../domain/plural.ts'

/** What became of a function that tests were written for, with the tests that were kept for it. */
export interface TargetLines {
  name: string
  outcome: GenerateTestsResult['targets'][number]['outcome']
  /** A sentence for each test that was kept, or why none was. */
  details: readonly string[]
}

/** Every function and what came of it, in the order of the report. */
export function targetLines({ targets, candidates }: GenerateTestsResult): TargetLines[] {
  return targets.map(({ name, path, startLine, outcome, reason }) => {
    const own = candidates.filter((candidate) => candidate.target === `${path} ${name}` && candidate.outcome === 'kept')
    const kept = own.map((candidate) => `${candidate.name ?? 'a test'}: ${candidate.reason.replace(/^kept: /, '')}`)
    return { name: `${path}:${startLine} ${name}`, outcome, details: kept.length > 0 ? kept : reason === '' ? [] : [reason] }
  })
}

/** Before and after, for each file and each number that there is. Only a path comes from elsewhere. */
export function measureLines({ coverage, score, suite }: GenerateTestsResult): { path: string | null; text: string }[] {
  const shares = coverage.map(({ path, lines, branches }) => {
    const parts = [`lines ${change(lines)}`, ...(branches.after.total > 0 ? [`branches ${change(branches)}`] : [])]
    return { path, text: parts.join(', ') }
  })
  return [
    ...shares,
    ...(score.after === null ? [] : [{ path: null, text: `defects noticed: ${arrow(`${score.before ?? 0} %`, `${score.after} %`)}` }]),
    ...(suite.executedAfter > 0
      ? [{ path: null, text: `suite: ${arrow(plural(suite.executedBefore, 'test'), plural(suite.executedAfter, 'test'))}, all pass` }]
      : []),
  ]
}

type Share = GenerateTestsResult['coverage'][number]['lines']

const change = ({ before, after }: Share) => arrow(`${before.covered}/${before.total}`, `${after.covered}/${after.total}`)
const arrow = (before: string, after: string) => (before === after ? after : `${before} \u2192 ${after}`)

/** What took how many of the tests out; null where every one was kept, or none was written. */
export function yieldLine({ candidates, filters }: GenerateTestsResult): string | null {
  const taken = filters.filter(({ rejected }) => rejected > 0).map(({ filter, rejected }) => `${rejected} by ${filter}`)
  if (taken.length === 0) return null
  const kept = candidates.filter(({ outcome }) => outcome === 'kept').length
  return `${kept} of ${plural(candidates.length, 'written test')} kept; taken out: ${taken.join(', ')}`
}
