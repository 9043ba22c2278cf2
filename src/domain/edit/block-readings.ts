import { isElision } from './elision-level.ts'
import { blockLines, isBlank } from './file-lines.ts'
import type { EditBlock } from './edit-block.ts'
import type { Reading } from './level.ts'

/** All ways to understand a block, the plainest first. What models copy or put around code is taken off before any tolerance. */
export function readingsOf({ search, replace }: EditBlock): Reading[] {
  const raw: Reading = { search: blockLines(search), replace: blockLines(replace), isWholeLines: search.endsWith('\n') }
  const readings = [raw, ...withoutGutter(raw)]
  return [...readings, ...readings.flatMap(withoutEntities)]
}

/** Line numbers as files are shown with them, each form with what stands between number and text. */
const gutters = [
  /^ {0,12}(\d{1,7})\t/,
  /^ {0,12}(\d{1,7}) \| /,
  /^ {0,12}(\d{1,7})\| /,
  /^ {0,12}(\d{1,7}) ?[|│]/,
  /^ {0,12}(\d{1,7}): /,
  /^ {0,12}(\d{1,7}):/,
  /^ {0,12}(\d{1,7})→\t/,
  /^ {0,12}(\d{1,7})→/,
  /^ {0,12}(\d{1,7}) {2}/,
  /^ {0,12}(\d{1,7}) /,
]

function withoutGutter({ search, replace, isWholeLines }: Reading): Reading[] {
  return gutters.flatMap((gutter) => {
    if (!isNumbered(search, gutter)) return []
    const bare = (line: string) => unnumber(line, gutter)?.text ?? line
    return [{ search: search.map(bare), replace: replace.map(bare), isWholeLines }]
  })
}

/** Every line has a number, and they rise. */
function isNumbered(lines: readonly string[], gutter: RegExp): boolean {
  let last = -1
  for (const line of lines) {
    if (isBlank(line) || isElision(line)) continue
    const number = unnumber(line, gutter)?.number
    if (number === undefined || number <= last) return false
    last = number
  }
  return last >= 0
}

function unnumber(line: string, gutter: RegExp): { number: number; text: string } | null {
  // A blank line may have lost the space that ends its gutter.
  for (const whole of [line, `${line} `, `${line}\t`]) {
    const match = gutter.exec(whole)
    if (match) return { number: Number(match[1]), text: whole === line ? line.slice(match[0].length) : '' }
  }
  return null
}

const entities: readonly (readonly [pattern: RegExp, character: string])[] = [
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&quot;|&#34;|&#x22;/gi, '"'],
  [/&apos;|&#39;|&#x27;/gi, "'"],
  // Last, so that `&amp;lt;` becomes `&lt;`.
  [/&amp;/g, '&'],
]

/** The five characters of XML in their plain form. */
export function decodeEntities(text: string): string {
  return entities.reduce((decoded, [pattern, character]) => decoded.replaceAll(pattern, () => character), text)
}

function withoutEntities({ search, replace, isWholeLines }: Reading): Reading[] {
  const decoded = search.map(decodeEntities)
  if (decoded.every((line, index) => line === search[index])) return []
  return [{ search: decoded, replace: replace.map(decodeEntities), isWholeLines }]
}
