import { type AnswerEdits, type FileBlock, unreadable } from './answer-edits.ts'
import { addLine, blockOf, type Hunk } from './read-unified-diff.ts'

const begin = '*** Begin Patch'
const end = '*** End Patch'
const header = /^\*\*\* (Add|Update|Delete) File: (.{1,400})$/

/** A patch of the `apply_patch` kind as blocks; null where there is none. A file that it adds is a block without SEARCH. */
export function readApplyPatch(lines: readonly string[]): AnswerEdits | null {
  const start = lines.findIndex((line) => line.trim() === begin)
  if (start === -1) return null
  const stop = lines.findIndex((line, index) => index > start && line.trim() === end)
  if (stop === -1) return unreadable(`The patch has no "${end}", so it may have been cut off.`)
  const blocks: FileBlock[] = []
  let path: string | null = null
  let hunk: Hunk | null = null
  for (const line of lines.slice(start + 1, stop)) {
    const [, action, name] = header.exec(line.trimEnd()) ?? []
    if (action === 'Delete' || line.startsWith('*** Move to: '))
      return unreadable(`The patch deletes or moves ${name ?? path}. An edit does neither.`)
    const isNext = action !== undefined || line.startsWith('@@')
    if (isNext && hunk) blocks.push(blockOf(hunk, path))
    if (isNext) hunk = { search: [], replace: [] }
    if (name !== undefined) path = name.trim()
    else if (path === null || !hunk)
      return unreadable('The patch does not say which file it is about: "*** Update File: <path>" is missing.')
    else if (!isNext && line.trim() !== '*** End of File') addLine(hunk, line)
  }
  if (hunk) blocks.push(blockOf(hunk, path))
  const real = blocks.filter(({ search, replace }) => search !== replace)
  return real.length > 0 ? { kind: 'blocks', blocks: real } : unreadable('The patch changes nothing.')
}
