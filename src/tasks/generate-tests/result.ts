import { type GenerateTestsResult, type TestFilter, testFilters, type TriedTest } from '../../domain/generated-tests.ts'
import { tallyMutants, type TriedMutant } from '../../domain/mutation.ts'
import { branchCounts, type Coverage, lineCounts } from '../../test-runners/coverage/coverage.ts'
import type { Work, Workplace } from './workplace.ts'

type Reported = Omit<GenerateTestsResult, 'files' | 'applied'>

/** Where there was nothing to write a test for. */
export const nothingToTest: Reported = {
  task: 'generate-tests',
  targets: [],
  candidates: [],
  filters: [],
  coverage: [],
  mutants: [],
  score: { before: null, after: null },
  possibleBugs: [],
  suite: { executedBefore: 0, executedAfter: 0, durationMs: 0 },
}

/** What a run came to, as its report has it. */
export function reportedResult({ works, tried, bugs, before, baseline, together }: Workplace): Reported {
  const killers = killersOf(tried)
  const surveyed = works.flatMap(({ mutants }) => mutants)
  const mutants = surveyed.map(({ id, tried: mutant }) => ({ ...after(mutant, killers.get(id) ?? []), id }))
  return {
    task: 'generate-tests',
    targets: works.map(toldTarget),
    candidates: [...tried],
    filters: yieldOf(tried),
    coverage: coverageOf(works, before.coverage, together?.coverage ?? baseline.coverage),
    mutants,
    score: { before: tallyMutants(surveyed.map(({ tried: mutant }) => mutant)).score, after: tallyMutants(mutants).score },
    possibleBugs: bugs.map(({ bug }) => bug),
    suite: {
      executedBefore: before.executed.length,
      executedAfter: together?.executed ?? before.executed.length,
      durationMs: Math.round(together?.durationMs ?? before.durationMs),
    },
  }
}

function toldTarget({ part, kept, standing, reason }: Work): Reported['targets'][number] {
  const outcome = kept > 0 ? 'improved' : standing === 'asked' ? 'unchanged' : 'not-attempted'
  return { ...part, outcome, reason: kept > 0 ? '' : reason }
}

function killersOf(tried: readonly TriedTest[]): Map<string, string[]> {
  const killers = new Map<string, string[]>()
  for (const { killed, name } of tried.filter(({ outcome }) => outcome === 'kept'))
    for (const id of killed) killers.set(id, [...(killers.get(id) ?? []), ...(name === null ? [] : [name])])
  return killers
}

const after = (mutant: TriedMutant, killedBy: readonly string[]): TriedMutant =>
  killedBy.length === 0 ? mutant : { ...mutant, status: 'Killed', killedBy: [...killedBy], reason: 'A new test fails with it.' }

/** How many tests came to each filter, and how many it took out. */
function yieldOf(tried: readonly TriedTest[]): Reported['filters'] {
  const judged = tried.filter(({ outcome }) => outcome !== 'not-tried')
  const reached = (filter: TestFilter) =>
    judged.filter((test) => test.filter === null || testFilters.indexOf(test.filter) >= testFilters.indexOf(filter)).length
  return testFilters.map((filter) => ({ filter, asked: reached(filter), rejected: judged.filter((test) => test.filter === filter).length }))
}

function coverageOf(works: readonly Work[], before: Coverage | null, now: Coverage | null): Reported['coverage'] {
  if (before === null || now === null) return []
  const none = { lines: new Map<number, number>(), branches: new Map<string, number>() }
  return [...new Set(works.map(({ part }) => part.path))].flatMap((path) => {
    const [old, fresh] = [before.get(path) ?? none, now.get(path) ?? none]
    if (old.lines.size + fresh.lines.size === 0) return []
    return [
      {
        path,
        lines: { before: lineCounts(old), after: lineCounts(fresh) },
        branches: { before: branchCounts(old), after: branchCounts(fresh) },
      },
    ]
  })
}
