import type { Diagnostic } from '../../domain/diagnostic.ts'
import { type ChangedBlock, changedBlocks, newLineOf } from './changed-blocks.ts'
import { carryState, type CopyState } from './copy-state.ts'
import { pairStates } from './gate-diagnostics.ts'
import { isClaim, linesOf, type Outcome, rangeOf, type Target } from './target.ts'
import type { Workplace } from './workplace.ts'

interface Following {
  place: Workplace
  edit: { path: string; before: string; after: string }
  state: CopyState
  /** What is said of those that are gone now. */
  fixed(target: Target): Outcome
  /** The claims that the edit was made for, and that were found to be gone. */
  settled?: ReadonlySet<Target>
}

/** After an edit that was kept: where the targets are now, and which are gone. */
export function follow(targets: readonly Target[], { place, edit, state, fixed, settled = new Set() }: Following): void {
  const { now } = pairStates({ before: place.state, after: state }, edit)
  const old = new Set(place.state.diagnostics)
  const merged = carryState(place.state, state, edit.path)
  const kept = new Set(merged.diagnostics)
  const blocks = changedBlocks(edit.before, edit.after)
  for (const target of targets) {
    const { current } = target
    if (current === null || target.outcome !== null) continue
    if (isClaim(target)) {
      if (settled.has(target)) {
        target.current = null
        target.outcome = fixed(target)
      } else if (current.path === edit.path) moveClaim(target, current, blocks)
      continue
    }
    if (!old.has(current) || !state.checked.has(current.tool)) continue
    const next = kept.has(current) ? current : (now.get(current) ?? null)
    target.current = next
    if (next === null) target.outcome = fixed(target)
  }
  place.state = merged
}

/** Nobody tells a claim anew, so it goes where its lines go; what it was about may be another thing by now. */
function moveClaim(target: Target, current: Diagnostic, blocks: readonly ChangedBlock[]): void {
  const lines = linesOf(current) ?? { start: 1, end: 1 }
  const [start, end] = [movedTo(lines.start, blocks, 'start'), movedTo(lines.end, blocks, 'end')]
  target.current = { ...current, range: rangeOf(Math.max(1, start), Math.max(1, start, end)) }
  if (target.isConfirmed === true) target.isConfirmed = 'stale'
}

/** Where a line stands now; of one that was rewritten, the first or last line of what took its place. */
function movedTo(line: number, blocks: readonly ChangedBlock[], side: 'start' | 'end'): number {
  const moved = newLineOf(line, blocks)
  if (moved !== null) return moved
  const block = blocks.find(({ oldStart, oldEnd }) => line >= oldStart && line < oldEnd)
  if (!block) return line
  return side === 'start' ? block.newStart : Math.max(block.newStart, block.newEnd - 1)
}
