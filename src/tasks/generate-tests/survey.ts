import type { TriedMutant } from '../../domain/mutation.ts'
import { languageOf } from '../../syntax/language.ts'
import { type Mutant, mutantsOf } from '../../mutators/mutate-text.ts'
import { relatedTests } from '../../test-runners/related-tests.ts'
import { type Guard, runGuard, unusable } from '../mutate/guard.ts'
import type { MutatedFile } from '../mutate/plan-mutants.ts'
import { pending, told } from '../mutate/run-trials.ts'
import { tryMutant, type Verdict } from '../mutate/try-mutant.ts'
import type { Baseline } from './baseline.ts'
import { onBenches } from './prove-batch.ts'
import { spread } from './prove-mutants.ts'
import type { ProvingPlace } from './proving.ts'
import type { Target } from './target.ts'

/** A defect in the lines of a target, and whether a test notices it before anything is added. */
export interface SurveyedMutant {
  id: string
  mutant: Mutant
  tried: TriedMutant
}

export interface SurveyOptions extends ProvingPlace {
  baseline: Baseline
  /** Of more mutants, a sample that is spread evenly. */
  most: number
  /** How the tests of a file go, by its path: hand in the same map for all targets, and they are run once for each file. */
  guards?: Map<string, Promise<Guard | null>>
}

/** Called so in every report and every run: the place and what stands there. */
export const mutantId = (path: string, { start, end, mutator, text }: Mutant): string =>
  `${path}:${start.line}:${start.column}-${end.line}:${end.column} ${mutator} ${JSON.stringify(text)}`

/**
 * Plants defects in the lines of a target, and says which of them the suite notices: `Survived` and `NoCoverage` are the survivors.
 * What no test reaches is not tried, because nothing can notice it.
 */
export async function surveyMutants(
  { path, startLine, endLine }: Pick<Target, 'path' | 'startLine' | 'endLine'>,
  options: SurveyOptions,
): Promise<readonly SurveyedMutant[]> {
  const text = await (await options.benches[0].project()).read(path)
  const language = text === null ? null : languageOf(path, text)
  if (text === null || language === null || text.includes('\uFFFD')) return []
  const found = await mutantsOf(text, path, (line) => line >= startLine && line <= endLine)
  const mutants = spread(found ?? [], options.most)
  const file: MutatedFile = { path, text, language, mutants }
  const verdicts = await onBenches(mutants, options, (mutant, place) => judge(mutant, { ...place, file, options }))
  return mutants.map((mutant, index) => ({
    id: mutantId(path, mutant),
    mutant,
    tried: told(file, mutant, verdicts[index] ?? pending('It was not tried.')),
  }))
}

interface Judging extends Omit<ProvingPlace, 'benches'> {
  bench: ProvingPlace['benches'][0]
  file: MutatedFile
  options: SurveyOptions
}

const unreached: Verdict = { status: 'NoCoverage', killedBy: [], reason: 'No test reaches this line.' }
const untested: Verdict = { status: 'NoCoverage', killedBy: [], reason: 'No test belongs to this file.' }

async function judge(mutant: Mutant, { file, options, bench, commandTimeout, signal, exhausted }: Judging): Promise<Verdict> {
  const { coverage } = options.baseline
  if (coverage !== null && coverage.get(file.path)?.lines.get(mutant.start.line) === 0) return unreached
  const over = exhausted()
  if (over !== null) return pending(over)
  const place = { bench, request: { testCommand: null, commandTimeout }, signal }
  const guards = options.guards ?? new Map<string, Promise<Guard | null>>()
  const guarding = guards.get(file.path) ?? guardOnce(file.path, place)
  guards.set(file.path, guarding)
  const guard = await guarding
  if (guard === null) return untested
  const problem = unusable(guard)
  return problem === null ? tryMutant(file, mutant, { ...place, guard }) : pending(problem)
}

/** The suite is known to be stable, so one run says how its tests go. */
async function guardOnce(path: string, place: Parameters<typeof runGuard>[1]): Promise<Guard | null> {
  const files = await relatedTests([path], await place.bench.project())
  if (files.length === 0) return null
  const startedAt = performance.now()
  const before = await runGuard(files, place, place.request.commandTimeout)
  return { files, before, unsteady: [], duration: performance.now() - startedAt }
}
