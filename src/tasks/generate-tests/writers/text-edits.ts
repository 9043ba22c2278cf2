import { indexLines } from '../../../syntax/line-index.ts'
import type { SyntaxNode } from '../../../syntax/parse.ts'

/** Text in the place of a part of a text; both ends the same: an insertion. */
export interface TextEdit {
  startIndex: number
  endIndex: number
  text: string
}

export const insertion = (index: number, text: string): TextEdit => ({ startIndex: index, endIndex: index, text })
export const replacement = ({ startIndex, endIndex }: SyntaxNode, text: string): TextEdit => ({ startIndex, endIndex, text })

/** Takes a part away with the white space before it, so that no empty lines stay. */
export const removal = ({ startIndex, endIndex }: SyntaxNode, text: string): TextEdit => ({
  startIndex: text.slice(0, startIndex).trimEnd().length,
  endIndex,
  text: '',
})

/** Makes edits that do not overlap, and says which lines of the new text they have written. */
export function applyEdits(text: string, edits: readonly TextEdit[]): { text: string; addedLines: number[] } {
  const parts: string[] = []
  const spans: { start: number; end: number }[] = []
  let [length, last] = [0, 0]
  const push = (part: string) => {
    parts.push(part)
    length += part.length
  }
  for (const edit of edits.toSorted((a, b) => a.startIndex - b.startIndex)) {
    push(text.slice(last, edit.startIndex))
    const [blank] = /^\n*/.exec(edit.text) ?? ['']
    if (edit.text.trim() !== '') spans.push({ start: length + blank.length, end: length + edit.text.trimEnd().length })
    push(edit.text)
    last = edit.endIndex
  }
  push(text.slice(last))
  const whole = parts.join('')
  const { lineAt } = indexLines(whole)
  const lines = spans.flatMap(({ start, end }) => range(lineAt(start), lineAt(Math.max(start, end - 1))))
  return { text: whole, addedLines: [...new Set(lines)].toSorted((a, b) => a - b) }
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** A text in which every line is new. */
export function newFile(text: string): { text: string; addedLines: number[] } {
  return { text, addedLines: range(1, text.replace(/\n$/, '').split('\n').length) }
}
