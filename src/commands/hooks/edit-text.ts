import type { FileEdit } from '../../hook-managers/hook-manager.ts'
import { type Place, shownPath } from '../../hook-managers/place.ts'

const verbs = {
  done: { write: 'wrote', remove: 'removed', move: 'moved' },
  planned: { write: 'would write', remove: 'would remove', move: 'would move' },
} as const

/** What is done to which file, a line for each. */
export function editLines(place: Place, edits: readonly FileEdit[], isPlanned: boolean): string[] {
  return edits.map((edit) => {
    const verb = verbs[isPlanned ? 'planned' : 'done'][edit.kind]
    const target = edit.kind === 'move' ? ` to ${shownPath(place, edit.to)}` : ''
    return `  ${verb} ${shownPath(place, edit.path)}${target}`
  })
}
