import type { Guard } from '../mutate/guard.ts'
import { linesOf, type Part } from './find-parts.ts'
import { isUnloaded, missingIn } from './missing.ts'
import { surveyMutants } from './survey.ts'
import type { Target } from './target.ts'
import type { Work, Workplace } from './workplace.ts'

/** Defects that are planted in one target. */
const mostMutants = 16

/** A target before anything is known of its defects. */
export function newWork(part: Part, { request, wanted, baseline }: Pick<Workplace, 'request' | 'wanted' | 'baseline'>): Work {
  const target: Target = { ...part, missing: missingOf(part, { request, wanted, baseline }), survivors: new Map() }
  return {
    part,
    target,
    mutants: [],
    attempts: 0,
    last: null,
    said: new Set(),
    kept: 0,
    keptAt: 0,
    isOpen: true,
    reason: '',
    standing: 'left',
  }
}

/** What the suite does not reach; of a file that no test loads, everything. */
export function missingOf(
  part: Part,
  { request, wanted, baseline }: Pick<Workplace, 'request' | 'wanted' | 'baseline'>,
): Target['missing'] {
  if (request.only === 'survivors') return { lines: [], branches: [] }
  const isMeant = request.only === 'changed' ? (wanted.get(part.path) ?? (() => true)) : () => true
  if (isUnloaded(part, baseline.coverage)) return { lines: linesOf(part).filter(isMeant), branches: [] }
  return missingIn(part, baseline.coverage, isMeant)
}

/** Plants defects in some targets. One in which nothing is missing and nothing survives needs no test. */
export async function surveyWorks(works: readonly Work[], place: Workplace, guards: Map<string, Promise<Guard | null>>): Promise<void> {
  const { request, context, proving, baseline } = place
  for (const work of works) {
    const { path, name } = work.part
    if (request.only !== 'uncovered' && proving.exhausted() === null) {
      context.emit({ type: 'test-start', path: `planting defects in ${path} ${name}` })
      work.mutants = await surveyMutants(work.part, { ...proving, baseline, most: mostMutants, guards })
      const survivors = work.mutants.filter(({ tried }) => tried.status === 'Survived' || tried.status === 'NoCoverage')
      work.target = { ...work.target, survivors: new Map(survivors.map(({ id, mutant }) => [id, mutant])) }
    }
    if (!needsTest(work.target)) {
      Object.assign(work, { isOpen: false, standing: 'guarded', reason: guardedReason(work, place) })
      context.emit({ type: 'test-end', target: `${path} ${name}` })
    }
  }
}

/** Whether a test could still show something about a target. */
export const needsTest = ({ missing, survivors }: Target): boolean => missing.lines.length + missing.branches.length + survivors.size > 0

function guardedReason({ mutants }: Work, { request, before }: Workplace): string {
  if (request.only === 'uncovered' && before.coverage === null) return 'What tests execute cannot be measured here.'
  if (request.only === 'uncovered') return 'Tests reach all of it.'
  return mutants.length === 0
    ? 'Tests reach all of it, and there is nothing in it to break.'
    : 'Tests notice every defect that was planted in it.'
}
