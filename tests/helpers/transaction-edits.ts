import { chmodSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a run does to one file of its copy. */
export type Edit =
  | { kind: 'write'; path: string; content: string; isProgram?: boolean }
  | { kind: 'remove'; path: string }
  /** Folder or file, whatever is there goes. */
  | { kind: 'replace'; path: string; content: string }

/** Makes edits as a program would, also those that put a file where a folder was. `latin1` content gives every byte. */
export function applyEdits(root: string, edits: readonly Edit[]): void {
  for (const edit of edits) {
    const location = join(root, edit.path)
    if (edit.kind === 'remove') {
      rmSync(location, { recursive: true, force: true })
      continue
    }
    clearTheWay(root, edit.path)
    if (edit.kind === 'replace') rmSync(location, { recursive: true, force: true })
    if (lstatSync(location, { throwIfNoEntry: false })?.isDirectory()) continue
    mkdirSync(dirname(location), { recursive: true })
    writeFileSync(location, Buffer.from(edit.content, 'latin1'))
    if (edit.kind === 'write' && edit.isProgram !== undefined) chmodSync(location, edit.isProgram ? 0o755 : 0o644)
  }
}

/** A file on the way to a path becomes a folder. */
function clearTheWay(root: string, path: string): void {
  const segments = path.split('/').slice(0, -1)
  for (const [index] of segments.entries()) {
    const folder = join(root, ...segments.slice(0, index + 1))
    const stats = lstatSync(folder, { throwIfNoEntry: false })
    if (stats && !stats.isDirectory()) rmSync(folder)
  }
}
