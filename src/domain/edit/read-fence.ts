import { type AnswerEdits, unreadable } from './answer-edits.ts'

const mark = /^(\s{0,8})(`{3,}|~{3,})\s{0,4}([^`]{0,200})$/

interface Fence {
  width: number
  character: string
  lines: string[]
  isClosed: boolean
}

/** The one fence of an answer, as the new text of a region; prose around it is left out. */
export function readFence(lines: readonly string[]): AnswerEdits {
  const fences = fencesIn(lines)
  const [fence, second] = fences
  if (!fence) return unreadable('The answer has no code: neither SEARCH/REPLACE blocks nor a fence.')
  if (second) return unreadable(`The answer has ${fences.length} fences, and it cannot be told which is meant. Answer with one.`)
  const text = fence.lines.length === 0 ? '' : `${fence.lines.join('\n')}\n`
  return { kind: 'region', text, isClosed: fence.isClosed }
}

function fencesIn(lines: readonly string[]): Fence[] {
  const fences: Fence[] = []
  let open: Fence | null = null
  for (const line of lines) {
    const [, , marks = '', info = ''] = mark.exec(line) ?? []
    if (open && marks.startsWith(open.character) && marks.length >= open.width && info.trim() === '') {
      open.isClosed = true
      open = null
    } else if (open) open.lines.push(line)
    else if (marks !== '') {
      open = { width: marks.length, character: marks.charAt(0), lines: [], isClosed: false }
      fences.push(open)
    }
  }
  return fences
}
