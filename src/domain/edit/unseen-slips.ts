import { decodeEntities } from './block-readings.ts'
import { isElision } from './elision-level.ts'
import type { FileLines } from './file-lines.ts'
import { foldLike } from './fold-characters.ts'

/** New lines as the model meant them, or why that cannot be told. */
export type Settled = { settle: (line: string) => string } | { problem: string }

const entity = /&(?:lt|gt|amp|quot|apos|#34|#39|#x22|#x27);/i
const typographicQuote = /[\u2018-\u201f]/
const plainQuote = /["']/
/** What stands where a model was too lazy to write on; `...` alone may be code. */
const omission = /\b(?:existing|rest|remaining|unchanged|same|previous|other)\b/i

/**
 * Slips that only new lines show, because SEARCH happens to have nothing that could have been miswritten: there the file tells whether they
 * are slips. Where it has the like itself, only the model knows.
 */
export function settleNewLines(file: FileLines, search: readonly string[], newLines: readonly string[]): Settled {
  const [seen, fresh] = [search.join('\n'), newLines.join('\n')]
  const isEscaped = entity.test(fresh) && !/[<>]|&(?![a-z#])/i.test(fresh) && !/[<>&]/.test(seen) && !hasQuotesToEscape(seen, fresh)
  const isTypographic = typographicQuote.test(fresh) && !plainQuote.test(fresh) && !plainQuote.test(seen) && !typographicQuote.test(seen)
  if (isEscaped && hasAny(file, entity))
    return { problem: 'REPLACE has entities such as `&lt;`, and it cannot be told whether the characters themselves are meant' }
  if (isTypographic && hasAny(file, typographicQuote))
    return { problem: 'REPLACE has typographic quotes, and it cannot be told whether plain ones are meant' }
  if (isIndentedUnlike(file, search, newLines)) return { problem: 'REPLACE is indented with spaces, and the file with tabs' }
  const left = newLines.find((line) => isElision(line) && omission.test(line))
  if (left !== undefined) return { problem: `REPLACE leaves something out (\`${left.trim()}\`), and the file would lose it` }
  const decode = isEscaped ? decodeEntities : (line: string) => line
  return { settle: (line) => (isTypographic ? foldLike(decode(line), '\u2019') : decode(line)) }
}

/** Quotes of SEARCH that stand there unescaped, so that those in REPLACE are escaped on purpose. */
function hasQuotesToEscape(seen: string, fresh: string): boolean {
  return plainQuote.test(seen) && /&(?:quot|apos|#34|#39|#x22|#x27);/i.test(fresh)
}

const hasAny = (file: FileLines, pattern: RegExp) => file.texts.some((line) => pattern.test(line))

function isIndentedUnlike(file: FileLines, search: readonly string[], newLines: readonly string[]): boolean {
  const isIndented = (line: string) => /^\s+\S/.test(line)
  if (search.some(isIndented) || !newLines.some((line) => /^ {2,}\S/.test(line))) return false
  const count = (pattern: RegExp) => file.texts.filter((line) => pattern.test(line)).length
  return count(/^\t/) > 9 * count(/^ {2,}\S/)
}
