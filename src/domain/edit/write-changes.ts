import { usualEnd } from './file-lines.ts'
import type { FileLines, Line } from './file-lines.ts'
import type { Change } from './level.ts'

/** A change without the lines at its beginning and end that stay what they are; null where nothing is left. */
export function trimChange(file: FileLines, change: Change): Change | null {
  const { start, end, content } = change
  const stays = (line: number | string | undefined, index: number) => line === index || line === file.texts[index]
  const shortest = Math.min(end - start, content.length)
  let head = 0
  while (head < shortest && stays(content[head], start + head)) head++
  let tail = 0
  while (tail < shortest - head && stays(content[content.length - 1 - tail], end - 1 - tail)) tail++
  if (head + tail === content.length && head + tail === end - start) return null
  return { start: start + head, end: end - tail, content: content.slice(head, content.length - tail) }
}

/** The text with all changes, which are in order and do not overlap. Every line that stays keeps its bytes; new ones end like the lines they replace. */
export function writeChanges(file: FileLines, changes: readonly Change[]): string {
  const usual = usualEnd(file.lines)
  const written: Line[] = []
  let next = 0
  for (const change of changes) {
    for (; next < change.start; next++) written.push(lineAt(file, next))
    for (const [index, line] of change.content.entries()) {
      written.push(typeof line === 'number' ? lineAt(file, line) : { text: line, end: endFor(file, change, index) || usual })
    }
    next = change.end
  }
  for (; next < file.lines.length; next++) written.push(lineAt(file, next))
  const hasFinalNewline = file.lines.at(-1)?.end !== ''
  const text = written.map((line, index) => {
    if (index < written.length - 1) return line.text + (line.end || usual)
    return line.text + (hasFinalNewline ? line.end || usual : '')
  })
  return file.byteOrderMark + text.join('')
}

const lineAt = (file: FileLines, index: number): Line => file.lines[index] ?? { text: '', end: '' }

function endFor(file: FileLines, { start, end }: Change, index: number): string {
  const replaced = Math.min(start + index, end - 1)
  return lineAt(file, replaced >= start ? replaced : Math.max(0, start - 1)).end
}
