import { type AnswerEdits, type FileBlock, unreadable } from './answer-edits.ts'
import { pathBefore } from './answer-path.ts'

const opening = /^\s{0,8}(<{5,9})\s?(?:SEARCH|ORIGINAL)\b(?:[ \t]{1,4}(\S.{0,400}))?\s{0,20}$/i
const divider = /^\s{0,8}(={5,9})\s{0,20}$/
const closing = /^\s{0,8}(>{5,9})\s?(?:REPLACE|UPDATED|REPLACED)\b/i

interface Draft {
  path: string | null
  /** How many characters its marks have. */
  width: number
  /** The line of the opening mark, from 1. */
  line: number
  body: string[]
}

/** SEARCH/REPLACE blocks between marks; null where there is none. */
export function readMarkedBlocks(lines: readonly string[]): AnswerEdits | null {
  const blocks: FileBlock[] = []
  let draft: Draft | null = null
  for (const [index, line] of lines.entries()) {
    const start = opening.exec(line)
    if (start && draft) return unreadable(`The block at line ${draft.line} has no end: another begins at line ${index + 1}.`)
    if (start) draft = { path: pathOf(start[2], lines, { index, blocks }), width: start[1]?.length ?? 0, line: index + 1, body: [] }
    else if (draft && closing.test(line)) {
      const block = finished(draft)
      if ('kind' in block) return block
      blocks.push(block)
      draft = null
    } else draft?.body.push(line)
  }
  if (draft) return unreadable(`The block at line ${draft.line} has no ">>>>>>> REPLACE", so it may have been cut off.`)
  return blocks.length > 0 ? { kind: 'blocks', blocks } : null
}

interface Place {
  index: number
  blocks: readonly FileBlock[]
}

/** Behind the mark, above it, or the file of the block before. */
function pathOf(behind: string | undefined, lines: readonly string[], { index, blocks }: Place): string | null {
  return behind?.trim() || pathBefore(lines, index) || (blocks.at(-1)?.path ?? null)
}

function finished({ path, width, line, body }: Draft): FileBlock | AnswerEdits {
  const marks = [...body.entries()].filter(([, text]) => divider.test(text))
  // Underlines of headings look like the mark; the right one is as long as the others.
  const exact = marks.filter(([, text]) => text.trim().length === width)
  const [mark, second] = exact.length > 0 ? exact : marks
  if (!mark) return unreadable(`The block at line ${line} has no "=======" between SEARCH and REPLACE.`)
  if (second)
    return unreadable(`The block at line ${line} has several lines like "=======". Make all three marks of the block longer than they are.`)
  const [middle] = mark
  return { path, search: asText(body.slice(0, middle)), replace: asText(body.slice(middle + 1)) }
}

const asText = (lines: readonly string[]) => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)
