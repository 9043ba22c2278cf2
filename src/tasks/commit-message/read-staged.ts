import type { Change } from '../../domain/change.ts'
import { AppError } from '../../domain/errors.ts'
import { plural } from '../../domain/plural.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import type { Workspace } from '../../workspace/workspace.ts'

/** A message needs the beginning of each file's change, never all of a dump. */
const limits = { fileBytes: 512 * 1024, totalBytes: 16 * 2 ** 20 } as const

/** The staged change. Throws `USAGE_INVALID` where there is nothing that could be committed. */
export async function readStaged(workspace: Workspace, signal: AbortSignal): Promise<Change> {
  const change = await workspace.readChange({ kind: 'staged' }, { paths: [], contextLines: 2, signal, limits })
  const unmerged = change.files.filter(({ status }) => status === 'unmerged')
  const [first] = unmerged
  if (first)
    throw new AppError(
      'USAGE_INVALID',
      `${plural(unmerged.length, 'file')} still ${unmerged.length === 1 ? 'has' : 'have'} conflicts, such as ${terminalLine(first.path)}.`,
      {
        hint: 'Resolve them and add the files first.',
      },
    )
  if (change.files.length === 0)
    throw new AppError('USAGE_INVALID', 'Nothing is staged, so there is no commit to write a message for.', {
      hint: 'Stage what belongs into the commit first, with `git add <paths>` or `git add -p`.',
    })
  return change
}
