import { alignLines } from '../../domain/edit/align-lines.ts'
import { readLines } from '../../domain/edit/file-lines.ts'

/** Lines of one text that others took the place of. Lines from 1, the ends exclusive; an empty side has its end at its start. */
export interface ChangedBlock {
  oldStart: number
  oldEnd: number
  newStart: number
  newEnd: number
}

/** Where two texts differ, by whole lines, in order. */
export function changedBlocks(before: string, after: string): ChangedBlock[] {
  const [old, now] = [withEnds(before), withEnds(after)]
  const partners = alignLines(old, now)
  const blocks: ChangedBlock[] = []
  let [oldAt, newAt] = [0, 0]
  const close = (oldEnd: number, newEnd: number) => {
    if (oldEnd > oldAt || newEnd > newAt) blocks.push({ oldStart: oldAt + 1, oldEnd: oldEnd + 1, newStart: newAt + 1, newEnd: newEnd + 1 })
  }
  for (const [index, partner] of partners.entries()) {
    if (partner === -1) continue
    close(partner, index)
    oldAt = partner + 1
    newAt = index + 1
  }
  close(old.length, now.length)
  return blocks
}

/** A line that only ends in another way is another line. */
const withEnds = (text: string) => readLines(text).lines.map(({ text: line, end }) => line + end)

/** Where an old line stands now; null where it was changed or taken away. */
export function newLineOf(line: number, blocks: readonly ChangedBlock[]): number | null {
  let shift = 0
  for (const { oldStart, oldEnd, newStart, newEnd } of blocks) {
    if (line < oldStart) break
    if (line < oldEnd) return null
    shift += newEnd - newStart - (oldEnd - oldStart)
  }
  return line + shift
}

/** The new text with only those of its changes that are wanted. */
export function keepBlocks(before: string, after: string, isWanted: (block: ChangedBlock) => boolean): string {
  const [old, now] = [withEnds(before), withEnds(after)]
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : ''
  const kept: string[] = []
  let next = 1
  for (const block of changedBlocks(before, after)) {
    kept.push(...old.slice(next - 1, block.oldStart - 1))
    kept.push(...(isWanted(block) ? now.slice(block.newStart - 1, block.newEnd - 1) : old.slice(block.oldStart - 1, block.oldEnd - 1)))
    next = block.oldEnd
  }
  return mark + [...kept, ...old.slice(next - 1)].join('')
}
