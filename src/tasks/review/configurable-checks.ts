import { categories, categoryNames, offByDefault } from './categories.ts'
import { checkFacts } from './checks/check-facts.ts'
import type { ConfigurableCheck } from './options.ts'

/** Every name that `review.checks` knows: the checks, and the categories a model may report. */
export const configurableChecks: readonly ConfigurableCheck[] = [
  ...checkFacts,
  ...categoryNames.map((name) => ({ name, summary: categories[name], ...(offByDefault.has(name) && { defaultSeverity: 'off' as const }) })),
]
