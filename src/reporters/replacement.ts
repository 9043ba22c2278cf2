import type { Finding } from '../domain/finding.ts'
import { linesOf } from './lines-of.ts'

/**
 * The text that would replace the lines of a finding, without the newline that ends them; null where there is none or no lines to
 * replace. Empty text removes the lines.
 */
export function replacementOf({
  region,
  replacement,
}: Pick<Finding, 'region' | 'replacement'>): { start: number; end: number; text: string } | null {
  const lines = linesOf(region)
  if (!lines || replacement === null) return null
  return { ...lines, text: replacement.replace(/\r?\n$/, '') }
}
