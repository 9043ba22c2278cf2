import { carryState, type CopyState } from './copy-state.ts'
import { pairStates } from './gate-diagnostics.ts'
import type { Outcome, Target } from './target.ts'
import type { Workplace } from './workplace.ts'

interface Following {
  place: Workplace
  edit: { path: string; before: string; after: string }
  state: CopyState
  /** What is said of those that are gone now. */
  fixed: Outcome
}

/** After an edit that was kept: where the targets are now, and which are gone. */
export function follow(targets: readonly Target[], { place, edit, state, fixed }: Following): void {
  const { now } = pairStates({ before: place.state, after: state }, edit)
  const old = new Set(place.state.diagnostics)
  const merged = carryState(place.state, state, edit.path)
  const kept = new Set(merged.diagnostics)
  for (const target of targets) {
    const { current } = target
    if (current === null || !old.has(current) || !state.checked.has(current.tool)) continue
    const next = kept.has(current) ? current : (now.get(current) ?? null)
    target.current = next
    if (next === null) target.outcome = fixed
  }
  place.state = merged
}
