import type { PossibleBug, TestFilter } from '../../domain/generated-tests.ts'
import type { ExecutedTest } from '../../test-runners/test-runner.ts'
import type { Candidate } from './target.ts'

/** A candidate on its way through the filters, and what is known about it by now. */
export interface Trial {
  readonly candidate: Candidate
  /** The test file with the other tests in it switched off. */
  readonly alone: string
  /** Full names of its tests, once they were executed. */
  names: readonly string[]
  /** Beyond what the suite reaches. */
  gained: { lines: readonly number[]; branches: readonly string[] }
  /** Survivors of its target that it notices. */
  killed: readonly string[]
}

/** Why a candidate is not kept. */
export interface Rejection {
  filter: TestFilter
  /** For people. */
  reason: string
  /** For the model; by default the reason. */
  feedback?: string
  possibleBug?: PossibleBug | null
}

export const rejected = (filter: TestFilter, reason: string, feedback = reason): Rejection => ({ filter, reason, feedback })

const scripts: ReadonlySet<string> = new Set(['vitest', 'jest', 'mocha', 'node-test'])

/** Whether an executed test is one that a candidate adds: runners put suites, classes and modules in front, and parameters behind. */
export function isOwnTest({ candidate: { names, placement } }: Pick<Trial, 'candidate'>, { name }: Pick<ExecutedTest, 'name'>): boolean {
  if (names.length === 0) return true
  const { runner } = placement.use
  if (scripts.has(runner)) return names.some((own) => name === own || name.endsWith(` ${own}`) || isFilledIn(own, name))
  if (runner === 'go-test') return names.some((own) => name === own || name.startsWith(`${own}/`))
  const plain = name.replace(/[[({].*$/s, '')
  const last = plain.split(/::|[#.$]/).at(-1)
  return names.some((own) => own === name || own === plain || own === last)
}

/** `adds %i and $b` for each of its rows. */
function isFilledIn(template: string, name: string): boolean {
  if (!/%[a-z#$]|\$[\w{]/i.test(template)) return false
  const parts = template.split(/%[a-z#$]|\$\{[^}]*\}|\$[\w.]+/i).map((part) => part.replaceAll(/[$^.*+?()[\]{}|\\/-]/g, String.raw`\$&`))
  return new RegExp(`(?:^| )${parts.join('.*')}$`, 's').test(name)
}
