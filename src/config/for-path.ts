import { globMatcher } from '../domain/glob.ts'
import type { ReviewOptions, ReviewOverride } from '../tasks/review/options.ts'
import type { Config } from './schema.ts'

/** The review options for each file: of the overrides in `paths` that match it, the last one wins, option by option and check by check. */
export function reviewOptionsByPath({ review, paths }: Pick<Config, 'review' | 'paths'>): (path: string) => ReviewOptions {
  const overrides = paths.map(({ match, review: override = {} }) => ({ matches: globMatcher([match]), override }))
  return (path) =>
    overrides.filter(({ matches }) => matches(path)).reduce((options, { override }) => withOverride(options, override), review)
}

/** The review options for one file. Where many files are asked about, `reviewOptionsByPath` reads the globs only once. */
export function reviewOptionsFor(config: Pick<Config, 'review' | 'paths'>, path: string): ReviewOptions {
  return reviewOptionsByPath(config)(path)
}

/** Whether the configuration wants a file to be looked at: included, and not excluded. */
export function pathFilter({ include, exclude }: Pick<Config, 'include' | 'exclude'>): (path: string) => boolean {
  const [isIncluded, isExcluded] = [globMatcher(include), globMatcher(exclude)]
  return (path) => isIncluded(path) && !isExcluded(path)
}

function withOverride(options: ReviewOptions, override: ReviewOverride): ReviewOptions {
  return { ...options, ...override, checks: { ...options.checks, ...override.checks } }
}
