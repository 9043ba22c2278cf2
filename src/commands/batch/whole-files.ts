import { readUntrackedFile } from '../../workspace/untracked-files.ts'
import { defaultLimits, type Workspace } from '../../workspace/workspace.ts'

/** A checkout in which these files are what has changed, each of them as if it were new. */
export function wholeFiles(workspace: Workspace, paths: readonly string[]): Workspace {
  return {
    ...workspace,
    async readChange(_, { limits = defaultLimits, signal }) {
      const files = []
      for (const path of paths) {
        signal.throwIfAborted()
        const tooLarge = 'the file is too large'
        const file = await readUntrackedFile(workspace.root, path, { maxBytes: limits.fileBytes, tooLarge })
        if (file) files.push(file)
      }
      return { description: 'whole files', old: { kind: 'empty' }, new: { kind: 'working' }, files }
    },
  }
}
