import type { Check } from './check.ts'

type CheckFacts = Pick<Check, 'name' | 'summary' | 'defaultSeverity'>

/** What a configuration has to know of the checks, in the order in which they run. Apart from them, so that it can be read without loading any. */
export const checkFacts = [
  {
    name: 'secrets',
    summary: 'A secret in the history is known to everybody who can read the repository, also after it is deleted.',
    defaultSeverity: 'error',
  },
  {
    name: 'conflict-markers',
    summary: 'Conflict markers show that a merge was committed before it was finished.',
    defaultSeverity: 'error',
  },
  {
    name: 'invisible-characters',
    summary: 'Invisible and bidirectional characters make code read differently from what it does.',
    defaultSeverity: 'error',
  },
  {
    name: 'syntax',
    summary: 'A JSON, YAML or TOML file that does not parse breaks every program that reads it.',
    defaultSeverity: 'error',
  },
  {
    name: 'focused-tests',
    summary: 'A focused test (`.only`, `fit`, `focus: true`) silently leaves out all the others.',
    defaultSeverity: 'error',
  },
  { name: 'skipped-tests', summary: 'A newly skipped test no longer guards what it was written for.', defaultSeverity: 'warning' },
  {
    name: 'weakened-assertions',
    summary: 'Assertions that were removed or ask for less, and lowered coverage thresholds, let defects pass.',
    defaultSeverity: 'warning',
  },
  { name: 'debugger-statements', summary: 'Debugger statements and debugging dumps must not be committed.', defaultSeverity: 'warning' },
  {
    name: 'suppressions',
    summary: 'An added suppression or `any` keeps the linter, the type checker or coverage from reporting what is wrong.',
    defaultSeverity: 'warning',
  },
  { name: 'lockfile', summary: 'Dependencies changed in a manifest need the lock file to change with them.', defaultSeverity: 'warning' },
  { name: 'large-files', summary: 'Large files and binaries stay in the history of every clone for ever.', defaultSeverity: 'warning' },
] as const satisfies readonly CheckFacts[]

/** The name of a check and what is said of it. */
export function factsOf(name: (typeof checkFacts)[number]['name']): CheckFacts {
  return checkFacts.find((facts) => facts.name === name) ?? checkFacts[0]
}
