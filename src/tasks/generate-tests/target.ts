import type { Mutant } from '../../mutators/mutate-text.ts'
import type { TestRunnerUse } from '../../test-runners/test-runner.ts'

/** A part of a source file that tests are written for. */
export interface Target {
  /** Relative to the root, posix. */
  path: string
  /** What people call it: the symbol with its containers, or the path where there is none. */
  name: string
  /** Lines from 1, the last one included. */
  startLine: number
  endLine: number
  /** Lines and ways of it that the suite does not reach; empty where no coverage can be had. */
  missing: { lines: readonly number[]; branches: readonly string[] }
  /** Defects in its lines that no test notices, by their id. */
  survivors: ReadonlyMap<string, Mutant>
}

/** Where a test goes, and how tests look there. */
export interface Placement {
  use: TestRunnerUse
  /** The test file, relative to the root. */
  path: string
  /** Its text; null: it is not there yet. */
  text: string | null
  /** An existing test of the neighbourhood as an example of style; null where there is none. */
  example: { path: string; text: string } | null
}

/** One test that a model wrote, where the repository keeps its tests. The source under test is never part of it. */
export interface Candidate {
  target: Target
  placement: Placement
  /** From 1: how often this target was asked about, this one included. */
  attempt: number
  /** The test as it was written, repaired where that could be done without a model. */
  test: string
  /** The test file with it. */
  text: string
  /** Lines of `text` that are new, from 1, in order. */
  addedLines: readonly number[]
  /** Names of the tests it adds, as its code spells them (without enclosing suites). */
  names: readonly string[]
}
