/** What is looked for, line by line. */
export interface SearchQuestion {
  /** A regular expression of the part that ripgrep and git have in common, or the text itself. Data, never an option. */
  pattern: string
  isRegex: boolean
  ignoreCase: boolean
  /** Which of the files are searched. */
  isWanted(path: string): boolean
  signal: AbortSignal
}

export interface SearchMatch {
  path: string
  /** From 1. */
  line: number
}

export interface SearchAnswer {
  /** Ordered by path and line. */
  matches: readonly SearchMatch[]
  /** False when there were so many that the search was ended. */
  isComplete: boolean
}

/** Throws `Error` for a pattern that cannot be used. */
export type Search = (question: SearchQuestion) => Promise<SearchAnswer>
