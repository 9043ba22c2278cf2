import type { Change, ChangedFile } from '../../domain/change.ts'
import { plural } from '../../domain/plural.ts'
import type { TaskContext } from '../task.ts'

/** Whether the working file is what a change has; where not, its lines mean something else. */
export async function isOnDisk({ path }: ChangedFile, { new: tree }: Pick<Change, 'new'>, { workspace }: Pick<TaskContext, 'workspace'>) {
  if (tree.kind === 'working') return true
  const [meant, onDisk] = await Promise.all([workspace.readFile(tree, path), workspace.readFile({ kind: 'working' }, path)])
  return meant !== null && onDisk !== null && meant.equals(onDisk)
}

/** Tells of files that were left alone for it. */
export function notOnDisk(paths: readonly string[]) {
  const named = `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${plural(paths.length - 5, 'more file')}` : ''}`
  return {
    code: 'NOT_ON_DISK',
    message: `Not attempted, because the working files are not what the change has: ${named}.`,
    hint: 'Check that version out, or name the files themselves.',
  }
}
