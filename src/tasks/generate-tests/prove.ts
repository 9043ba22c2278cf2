import { type Coverage, mergeCoverage } from '../../test-runners/coverage/coverage.ts'
import type { Baseline } from './baseline.ts'
import { filters } from './filters/registry.ts'
import { onlyTestsOn } from './prove-alone.ts'
import type { ProvingPlace } from './proving.ts'
import type { Candidate } from './target.ts'
import { rejected, type Rejection, type Trial } from './trial.ts'
import type { Verdict } from './verdict.ts'

export interface Proving extends ProvingPlace {
  baseline: Baseline
  /** How often a test has to pass, in changing order, time zone and seed. */
  repeat: number
}

/** What became of some candidates, in their order, and what the suite reaches with those that were kept. */
export interface Proof {
  verdicts: readonly Verdict[]
  /** For the next round: its coverage has what was gained. Tests that were kept are written into all copies by whoever keeps them. */
  baseline: Baseline
}

/**
 * Holds candidates against every filter, several at once, cheapest first. Candidates for the same file need not know of each other: each is
 * tried with the file as it was. The copies are afterwards what they were.
 */
export async function prove(candidates: readonly Candidate[], proving: Proving): Promise<Proof> {
  const trials = await Promise.all(candidates.map(openTrial))
  const rejections = new Map<Trial, Rejection>()
  const untried = new Set<Trial>()
  let over = proving.exhausted()
  for (const filter of filters) {
    const open = trials.filter((trial) => !rejections.has(trial) && !untried.has(trial))
    if (open.length === 0) break
    if (over !== null) {
      for (const trial of open) untried.add(trial)
      break
    }
    const found = await filter.judge(open, proving)
    over = proving.exhausted()
    // Where the time was over before all defects were planted, nobody knows what a test would have noticed.
    const isCut = over !== null && (filter.name === 'gain' || filter.name === 'mutant')
    for (const [trial, rejection] of found) {
      if (isCut) untried.add(trial)
      else rejections.set(trial, rejection)
    }
  }
  return conclude(trials, { rejections, untried, reason: over ?? '', baseline: proving.baseline })
}

async function openTrial(candidate: Candidate): Promise<Trial> {
  const { addedLines, text, placement } = candidate
  const alone = placement.text === null ? text : await onlyTestsOn(addedLines, text, placement.path)
  return { candidate, alone, names: [], gained: { lines: [], branches: [] }, killed: [] }
}

interface Ending {
  rejections: ReadonlyMap<Trial, Rejection>
  untried: ReadonlySet<Trial>
  /** Why they were not. */
  reason: string
  baseline: Baseline
}

/** Of two tests that add the same, the first one is kept. */
function conclude(trials: readonly Trial[], { rejections, untried, reason, baseline }: Ending): Proof {
  const known = new Set<string>()
  let { coverage } = baseline
  const verdicts = trials.map((trial): Verdict => {
    const rejection = rejections.get(trial)
    if (rejection) return tell(trial, rejection)
    if (untried.has(trial)) return { status: 'not-tried', reason }
    const { path } = trial.candidate.target
    const isNew = (what: string) => (id: number | string) => !known.has(JSON.stringify([path, what, id]))
    const lines = trial.gained.lines.filter(isNew('line'))
    const branches = trial.gained.branches.filter(isNew('branch'))
    const killed = trial.killed.filter(isNew('mutant'))
    if (lines.length + branches.length + killed.length === 0) return tell(trial, addsTheSame)
    for (const [what, ids] of [
      ['line', lines],
      ['branch', branches],
      ['mutant', killed],
    ] as const)
      for (const id of ids) known.add(JSON.stringify([path, what, id]))
    coverage &&= withGained(coverage, path, { lines, branches })
    return { status: 'kept', names: trial.names, gained: { lines, branches }, killed }
  })
  return { verdicts, baseline: { ...baseline, coverage } }
}

const addsTheSame = rejected(
  'gain',
  'It adds nothing to another new test that was kept.',
  'The test passes, but another new one already adds the same. Test what is still open.',
)

const tell = ({ candidate, names }: Trial, { filter, reason, feedback = reason, possibleBug = null }: Rejection): Verdict => ({
  status: 'rejected',
  filter,
  reason,
  feedback,
  names: names.length > 0 ? names : candidate.names,
  possibleBug,
})

function withGained(coverage: Coverage, path: string, { lines, branches }: Trial['gained']): Coverage {
  const reached = { lines: new Map(lines.map((line) => [line, 1])), branches: new Map(branches.map((branch) => [branch, 1])) }
  return mergeCoverage([coverage, new Map([[path, reached]])])
}
