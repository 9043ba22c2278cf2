/** Where a test is to go, and what it is about. */
export interface Site {
  /** The test file. */
  path: string
  /** Its text; null: it is made. */
  text: string | null
  /** A test file of the neighbourhood, whose manners a new file takes over. */
  example: { path: string; text: string } | null
  runner: string
  target: { path: string; name: string; source: string }
  /** All files of the repository. */
  files: ReadonlySet<string>
  /** Names that other new tests of this file have. */
  taken: ReadonlySet<string>
}

/** A test in its place. */
export interface Written {
  /** The test alone, repaired. */
  test: string
  /** The test file with it. */
  text: string
  /** Lines of `text` that are new, from 1, in order. */
  addedLines: readonly number[]
  /** What the tests are called, as the code spells it. */
  names: readonly string[]
}

/** Why an answer cannot be put anywhere. */
export interface Unwritable {
  filter: 'answer' | 'parse'
  /** For people. */
  reason: string
  /** For the model. */
  feedback: string
}

/** Puts the code of an answer where it belongs, with what can be repaired without a model: imports, names, indentation. */
export type Writer = (code: string, site: Site) => Promise<Written | Unwritable>

export const isWritten = (outcome: Written | Unwritable): outcome is Written => 'text' in outcome

export const noTest = (form: string): Unwritable => ({
  filter: 'answer',
  reason: 'The answer has no test in it.',
  feedback: `The code has no test in it. Write one test of this form: ${form}`,
})
