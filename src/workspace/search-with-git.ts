import { AppError } from '../domain/errors.ts'
import type { Git } from './git.ts'
import { matchReader } from './match-reader.ts'
import type { Searching } from './search-files.ts'
import type { SearchMatch } from './search-question.ts'

const form = [
  '--line-number',
  '--null',
  '--text',
  '--full-name',
  '--no-column',
  '--no-color',
  '--no-heading',
  '--no-break',
  '--no-textconv',
]

/** Finds lines with `git grep`: once in what git tracks, whether ignored or not, and once in what it does not track. */
export async function findWithGit(git: Git, searching: Searching): Promise<SearchMatch[]> {
  const wanted = new Set(searching.paths)
  const found = new Map<string, SearchMatch>()
  for (const where of [['--no-recurse-submodules'], ['--untracked', '--exclude-standard']]) {
    for await (const match of grep(git, where, searching)) {
      if (wanted.has(match.path)) found.set(`${match.line}:${match.path}`, match)
      if (found.size >= searching.maxMatches) return [...found.values()]
    }
  }
  return [...found.values()]
}

async function* grep(git: Git, where: readonly string[], { pattern, literal, ignoreCase, signal }: Searching): AsyncGenerator<SearchMatch> {
  const options = [...form, ...where, ...(ignoreCase ? ['--ignore-case'] : []), '--threads=2']
  const withPattern = (kind: string, text: string) => ['grep', ...options, kind, '-e', text, '--', ':(top)']
  try {
    yield* lines(git, withPattern('--perl-regexp', pattern), signal)
  } catch (error) {
    if (!(error instanceof AppError) || !/USE_LIBPCRE|not compiled with/i.test(error.message)) throw unusable(error)
    if (literal === null)
      throw new Error('This git has no regular expressions of the common kind. Install ripgrep, or set is_regex to false.', {
        cause: error,
      })
    yield* lines(git, withPattern('--fixed-strings', literal), signal)
  }
}

async function* lines(git: Git, args: readonly string[], signal: AbortSignal): AsyncGenerator<SearchMatch> {
  const reader = matchReader(0)
  try {
    for await (const chunk of git.stream(args, { signal })) yield* reader(chunk)
  } catch (error) {
    // Status 1 without a word: nothing was found.
    if (!(error instanceof AppError && error.message.endsWith('ended without a message'))) throw error
  }
}

/** What git says of a pattern is for whoever wrote it; everything else ends the run. */
function unusable(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  return /pcre|-e option|command line/i.test(error.message)
    ? new Error(`The pattern cannot be used: ${error.message}`, { cause: error })
    : error
}
