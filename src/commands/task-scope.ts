import type { Selector } from '../domain/selector.ts'
import { selectPaths } from '../workspace/select-paths.ts'
import type { CommandContext } from './command.ts'
import { selectorFrom, type SelectorFlags } from './selector-flags.ts'
import type { TaskSession } from './task-session.ts'

/** Where a task that works on files looks: the lines of a change, or whole files. */
type TaskScope = { kind: 'change'; selector: Selector; paths: readonly string[] } | { kind: 'paths'; covers(path: string): boolean }

/** Paths without a selector mean all of these files; with one, the part of the change that lies in them. Throws for a path that is not there. */
export async function scopeFrom(
  { settings: { globals }, runtime: { workspace } }: TaskSession,
  flags: SelectorFlags,
  { paths, signal }: { paths: readonly string[]; signal: CommandContext['signal'] },
): Promise<TaskScope> {
  const selector = selectorFrom(flags)
  if (paths.length === 0 || selector.kind !== 'uncommitted') return { kind: 'change', selector, paths }
  const selection = await selectPaths(paths, { root: workspace.root, directory: globals.directory })
  signal.throwIfAborted()
  await selection.requireKnown([], () => workspace.listFiles({ kind: 'working' }))
  return { kind: 'paths', covers: (path) => selection.includes({ path, oldPath: null }) }
}
