import { applyEdits } from '../src/domain/edit/apply-edits.ts'
import type { EditBlock } from '../src/domain/edit/edit-block.ts'

/** The text after the edit, or null where it is refused. */
export type Strategy = (text: string, block: EditBlock) => string | null

/** What is compared, by name. The peers are written from the descriptions of such strategies, not taken from any program. */
export const strategies: Readonly<Record<string, Strategy>> = {
  'this cascade': (text, block) => {
    const result = applyEdits(text, [block])
    return result.status === 'applied' ? result.text : null
  },
  'exact and unique only': exactOnly,
  'naive chain': (text, block) => exactOnly(text, block) ?? trimmedFirst(text, block) ?? blockAnchors(text, block),
}

function exactOnly(text: string, { search, replace }: EditBlock): string | null {
  const at = text.indexOf(search)
  if (at === -1 || text.includes(search, at + 1)) return null
  return text.slice(0, at) + replace + text.slice(at + search.length)
}

/** The first place that is equal line by line when white space around the lines is ignored; REPLACE goes in as it is. */
function trimmedFirst(text: string, { search, replace }: EditBlock): string | null {
  const [lines, wanted] = [text.split('\n'), withoutLast(search)]
  const at = lines.findIndex((_, start) => wanted.every((line, index) => lines[start + index]?.trim() === line.trim()))
  return at === -1 ? null : [...lines.slice(0, at), ...withoutLast(replace), ...lines.slice(at + wanted.length)].join('\n')
}

/** The first place whose first and last lines are right, whatever stands between. */
function blockAnchors(text: string, { search, replace }: EditBlock): string | null {
  const [lines, wanted] = [text.split('\n'), withoutLast(search)]
  if (wanted.length < 3) return null
  const is = (line: string | undefined, other: string | undefined) => line?.trim() === other?.trim()
  const start = lines.findIndex((line) => is(line, wanted[0]))
  if (start === -1) return null
  const end = lines.findIndex((line, index) => index > start && is(line, wanted.at(-1)))
  return end === -1 ? null : [...lines.slice(0, start), ...withoutLast(replace), ...lines.slice(end + 1)].join('\n')
}

const withoutLast = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
