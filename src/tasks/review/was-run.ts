import { categoryNames } from './categories.ts'
import type { LintedChange } from './linting/linted-change.ts'
import type { ReviewOptions } from './options.ts'

interface Ran {
  /** Whether the model has seen all of a file. */
  hasModelSeen(path: string): boolean
  linted: LintedChange
}

/**
 * Whether everything ran that could have matched the rule of an ignore comment, so that one which matched nothing is without effect. A
 * rule that is named without its tool may be a linter's.
 */
export function wasRun({ path, rule }: { path: string; rule: string }, { checks, linters }: ReviewOptions, ran: Ran): boolean {
  const at = rule.indexOf('/')
  const [prefix, name] = [rule.slice(0, Math.max(0, at)), rule.slice(at + 1)]
  if (checks[name] === 'off') return false
  if (prefix === 'check') return true
  if (prefix === 'review') return ran.hasModelSeen(path)
  const isOurs = Object.hasOwn(checks, name) || (categoryNames as readonly string[]).includes(name)
  if (prefix === '' && isOurs) return ran.hasModelSeen(path)
  return linters && heardAll(path, prefix, ran.linted) && (prefix !== '' || ran.hasModelSeen(path))
}

/** Linters that have looked at the file without a failure; with a prefix, this one is among them. */
function heardAll(path: string, tool: string, linted: LintedChange): boolean {
  const heard = linted.filter(({ checked, failures }) => checked.includes(path) && failures.length === 0)
  return tool === '' ? linted.every(({ failures }) => failures.length === 0) : heard.some(({ linter }) => linter === tool)
}
