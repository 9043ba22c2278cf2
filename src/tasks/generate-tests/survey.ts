import type { TriedMutant } from '../../domain/mutation.ts'
import type { Mutant } from '../../mutators/mutate-text.ts'
import type { Baseline } from './baseline.ts'
import type { ProvingPlace } from './proving.ts'
import type { Target } from './target.ts'

/** A defect in the lines of a target, and whether a test notices it before anything is added. */
export interface SurveyedMutant {
  id: string
  mutant: Mutant
  tried: TriedMutant
}

/** Called so in every report and every run: the place and what stands there. */
export const mutantId = (path: string, { start, end, mutator, text }: Mutant): string =>
  `${path}:${start.line}:${start.column}-${end.line}:${end.column} ${mutator} ${JSON.stringify(text)}`

/**
 * Plants defects in the lines of a target, and says which of them the suite notices: `Survived` and `NoCoverage` are the survivors.
 * What no test reaches is not tried, because nothing can notice it.
 */
export async function surveyMutants(
  target: Pick<Target, 'path' | 'startLine' | 'endLine'>,
  options: ProvingPlace & { baseline: Baseline; most: number },
): Promise<readonly SurveyedMutant[]> {
  void target
  void options
  return []
}
