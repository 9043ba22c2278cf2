import type { PossibleBug, TriedTest } from '../../domain/generated-tests.ts'
import type { TaskContext } from '../task.ts'
import type { Baseline } from './baseline.ts'
import type { Part, WantedLines } from './find-parts.ts'
import type { GenerateTestsRequest } from './generate-tests.ts'
import type { Placer } from './place-test.ts'
import type { Together } from './prove-together.ts'
import type { ProvingPlace } from './proving.ts'
import type { SurveyedMutant } from './survey.ts'
import type { Candidate, Target } from './target.ts'

/** A target, and what has become of it so far. */
export interface Work {
  part: Part
  target: Target
  mutants: readonly SurveyedMutant[]
  /** Questions that were put. */
  attempts: number
  /** The last answer that was not kept, and what its author has to know. */
  last: { answer: string; feedback: string } | null
  /** Answers that were given; greedy, so that one may come again. */
  said: Set<string>
  kept: number
  /** The question whose answer was kept last; 0: none. */
  keptAt: number
  isOpen: boolean
  /** Why nothing was kept, or not attempted. */
  reason: string
  /** Whether a model was asked about it, or nothing had to be. */
  standing: 'asked' | 'guarded' | 'left'
}

/** A test that was kept, where it is now. */
export interface Kept {
  candidate: Candidate
  names: readonly string[]
  killed: readonly string[]
}

/** All that is known in a run. */
export interface Workplace {
  request: GenerateTestsRequest
  context: TaskContext
  proving: ProvingPlace
  wanted: WantedLines
  place: Placer
  /** Makes what programs say the same in every run. */
  tidy(text: string): string
  works: readonly Work[]
  tried: TriedTest[]
  /** With how often the target had been asked about. */
  bugs: { bug: PossibleBug; work: Work; attempt: number }[]
  kept: Kept[]
  /** As it was, and with what was kept since. */
  before: Baseline
  baseline: Baseline
  together: Together | null
  /** Why not everything was done; null: it was. */
  unfinished: string | null
}
