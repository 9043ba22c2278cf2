import type { Engine } from '../../engine/engine.ts'
import type { Linter } from '../../linters/linter.ts'
import type { TaskContext } from '../task.ts'
import type { Workbench } from '../verify/workbench.ts'
import type { CheckSetup } from './check-files.ts'
import type { CopyState, LintSetup } from './copy-state.ts'
import type { FixRequest } from './fix.ts'
import type { TestSetup } from './test-group.ts'

/** What everybody who works on the copy needs, and what is known of it. */
export interface Workplace {
  request: FixRequest
  context: TaskContext
  bench: Workbench
  linters: readonly Linter[]
  /** Checks of a review that are asked beside the linters. */
  checks: CheckSetup
  /** What linters say about the copy as it is now. */
  state: CopyState
}

/** A model that can be asked, and how often it answered. */
export interface Adviser {
  engine: Engine
  answered: number
}

/** How linters are asked. */
export function lintSetup({ bench, linters, checks, request, context }: Omit<Workplace, 'state'>): LintSetup {
  return { bench, linters, checks, timeout: request.commandTimeout, signal: context.budget.signal }
}

/** How tests are run. */
export function testSetup({ bench, request, context }: Workplace): TestSetup {
  return { bench, testCommand: request.testCommand, timeout: request.commandTimeout, signal: context.budget.signal }
}
