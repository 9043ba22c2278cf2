import type { EditBlock } from './edit-block.ts'
import type { AppliedBlock, EditResult, Refusal } from './edit-result.ts'
import { readLines } from './file-lines.ts'
import type { Change, LevelName } from './level.ts'
import { locateBlock } from './locate-block.ts'
import { writeChanges } from './write-changes.ts'

/**
 * Applies all blocks to the text, or none. Each must fit exactly one place at the nearest level where it fits at all; what would be a guess,
 * was done before or changes nothing is refused. Lines that stay keep their bytes, the text its byte order mark, line ends and last newline.
 */
export function applyEdits(text: string, blocks: readonly EditBlock[]): EditResult {
  const file = readLines(text)
  const levels: LevelName[] = []
  const placed: Placed[] = []
  for (const [index, block] of blocks.entries()) {
    const found = locateBlock(file, block)
    if ('reason' in found) return { status: 'refused', block: index, detail: null, candidates: [], nearest: null, ...found }
    levels.push(found.level)
    placed.push(...found.changes.map((change) => ({ change, block: index })))
  }
  const inOrder = placed.toSorted((a, b) => a.change.start - b.change.start || a.change.end - b.change.end)
  const overlap = overlapIn(inOrder)
  if (overlap) return overlap
  const changes = inOrder.map(({ change }) => change)
  return { status: 'applied', text: writeChanges(file, changes), blocks: regionsOf(inOrder, levels) }
}

interface Placed {
  change: Change
  block: number
}

function overlapIn(inOrder: readonly Placed[]): Refusal | null {
  for (const [index, { change, block }] of inOrder.entries()) {
    const next = inOrder[index + 1]
    if (!next) break
    // Two insertions at one place have no order that the file could tell.
    const isSameGap = next.change.end === change.start
    if (next.change.start >= change.end && !isSameGap) continue
    const later = Math.max(block, next.block)
    return { status: 'refused', block: later, reason: 'overlap', detail: null, candidates: [next.change.start + 1], nearest: null }
  }
  return null
}

/** Where each block's changes stand in the new text. */
function regionsOf(inOrder: readonly Placed[], levels: readonly LevelName[]): AppliedBlock[] {
  const regions = levels.map((level) => ({ level, startLine: Infinity, endLine: 0 }))
  let shift = 0
  for (const { change, block } of inOrder) {
    const first = change.start + shift
    const region = regions[block]
    if (region) {
      region.startLine = Math.min(region.startLine, first + 1)
      region.endLine = Math.max(region.endLine, first + change.content.length)
    }
    shift += change.content.length - (change.end - change.start)
  }
  return regions
}
