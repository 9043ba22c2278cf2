import { plural } from '../../domain/plural.ts'
import { type ChangedBlock, changedBlocks } from './changed-blocks.ts'
import type { Edit, Refused } from './edit.ts'

/** How many lines away from a problem its cause may be. */
const reach = 10
/** Lines that may change at least, however small the problem is. */
const leastAllowed = 20

/** Changes stay near the problem, or in the definition around it. */
export function gatePlace({ path, before, after, flagged, region }: Edit): Refused | null {
  const allowed = [...flagged.map(({ start, end }) => ({ start: start - reach, end: end + reach })), ...(region ? [region] : [])]
  const isAllowed = ({ oldStart, oldEnd }: ChangedBlock) =>
    // What is only inserted stands between two lines, of which one is enough.
    allowed.some(({ start, end }) =>
      oldEnd > oldStart ? oldStart >= start && oldEnd - 1 <= end : oldStart >= start && oldStart - 1 <= end,
    )
  const far = changedBlocks(before, after).find((block) => !isAllowed(block))
  if (!far) return null
  return {
    gate: 'place',
    reason: `It changes ${path} at line ${far.oldStart}, which is far from the problem. Change only what the problem needs.`,
  }
}

/** A repair is small. */
export function gateSize({ before, after, flagged }: Edit): Refused | null {
  const changed = changedBlocks(before, after).reduce(
    (sum, { oldStart, oldEnd, newStart, newEnd }) => sum + Math.max(oldEnd - oldStart, newEnd - newStart),
    0,
  )
  const lines = new Set(
    flagged.flatMap(({ start, end }) => Array.from({ length: Math.min(end - start + 1, 10_000) }, (_, index) => start + index)),
  )
  const most = Math.max(leastAllowed, 3 * lines.size)
  if (changed <= most) return null
  return {
    gate: 'size',
    reason: `It changes ${plural(changed, 'line')}, and ${most} are the most for this problem. Change only what the problem needs.`,
  }
}
