const zeroWidth = /^[\p{M}\uFE0F]$/u
/** What terminals draw two columns wide: emoji and East Asian wide and full-width characters. */
const wide =
  /^[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]$/u

/** Columns that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

function widthOf(character: string): number {
  if (character < '\u0300') return 1
  if (zeroWidth.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** At most so many columns of a text; what is cut ends in an ellipsis. */
export function cutText(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${headOf(text, width - 1)}\u2026`
}

/** The end of a text whose beginning matters less, as that of a path. */
export function cutStart(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `\u2026${reversed(headOf(reversed(text), width - 1))}`
}

const reversed = (text: string) => Array.from(text).toReversed().join('')

/** Breaks a text at spaces into lines of at most so many columns; its own lines and their indentation stay, longer words are broken. */
export function wrapText(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    const indent = (/^ */.exec(line)?.[0] ?? '').slice(0, Math.floor(width / 2))
    return wrapItems(line.split(/\s+/), ' ', width - indent.length).map((row) => indent + row)
  })
}

/** Lays items out in rows of at most so many columns, broken only between them where they fit. */
export function wrapItems(items: readonly string[], separator: string, width: number): string[] {
  const rows: string[] = []
  let row = ''
  for (const item of items.flatMap((whole) => breakWord(whole, width))) {
    const longer = row === '' ? item : row + separator + item
    const fits = row === '' || displayWidth(longer) <= width
    if (!fits) rows.push(row)
    row = fits ? longer : item
  }
  return [...rows, row]
}

function breakWord(word: string, width: number): string[] {
  const parts: string[] = []
  let part = ''
  let used = 0
  for (const character of word) {
    const columns = widthOf(character)
    if (part !== '' && used + columns > width) {
      parts.push(part)
      part = ''
      used = 0
    }
    part += character
    used += columns
  }
  return part === '' ? parts : [...parts, part]
}

/** The characters that fit. */
function headOf(text: string, width: number): string {
  let head = ''
  let used = 0
  for (const character of text) {
    used += widthOf(character)
    if (used > width) break
    head += character
  }
  return head
}
