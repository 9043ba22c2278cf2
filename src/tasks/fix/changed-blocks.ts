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

/** Blocks of as many new lines as old ones, line by line; the others as they are. */
export function byLines(blocks: readonly ChangedBlock[]): ChangedBlock[] {
  return blocks.flatMap((block) => {
    const { oldStart, oldEnd, newStart, newEnd } = block
    if (oldEnd - oldStart !== newEnd - newStart) return [block]
    return Array.from({ length: oldEnd - oldStart }, (_, index) => ({
      oldStart: oldStart + index,
      oldEnd: oldStart + index + 1,
      newStart: newStart + index,
      newEnd: newStart + index + 1,
    }))
  })
}

/** The new text with only these of its changes. */
export function keepBlocks(before: string, after: string, wanted: readonly ChangedBlock[]): string {
  const [old, now] = [withEnds(before), withEnds(after)]
  const kept: string[] = []
  let next = 1
  for (const { oldStart, oldEnd, newStart, newEnd } of wanted) {
    kept.push(...old.slice(next - 1, oldStart - 1), ...now.slice(newStart - 1, newEnd - 1))
    next = oldEnd
  }
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : ''
  return mark + [...kept, ...old.slice(next - 1)].join('')
}
