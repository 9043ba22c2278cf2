import type { ChangedFile } from '../../domain/change.ts'
import { checkedPath } from '../checked-path.ts'
import { describeBytes } from '../describe-bytes.ts'
import { parseSection } from '../diff/parse-section.ts'
import { readPatchNames } from './patch-names.ts'
import { invalidPatch, type PatchSection } from './patch-sections.ts'

type Modes = Pick<ChangedFile, 'oldMode' | 'newMode'>

/** One file of a patch. Throws `PATCH_INVALID` for headers that end before they say what changed. */
export function readPatchFile(section: PatchSection, maxBytes: number): ChangedFile {
  const { headers, hunks, startLine } = section
  const { oldPath, newPath } = namesOf(section)
  const says = (start: RegExp) => headers.some((header) => start.test(header))
  const isBinary = says(/^(Binary files |GIT binary patch$)/)
  if (hunks.length === 0 && !isBinary && !isWhole(headers))
    throw invalidPatch(startLine, 'names a file, and nothing follows: the patch is truncated')
  const status = statusOf({ oldPath, newPath }, says)
  const modes = modesOf(headers, status)
  const kind = kindOf(modes, isBinary)
  const signs = hunks.map((line) => line.charAt(0))
  const [addedLines = 0, removedLines = 0] = ['+', '-'].map((sign) =>
    kind === 'submodule' ? 0 : signs.filter((other) => other === sign).length,
  )
  const text = kind === 'submodule' ? '' : `${hunks.join('\n')}\n`
  const isTooLarge = text.length > maxBytes
  const content = parseSection(isTooLarge ? Buffer.alloc(0) : Buffer.from(text, 'latin1'))
  return {
    path: newPath ?? oldPath ?? '',
    oldPath: status === 'renamed' || status === 'copied' ? oldPath : null,
    status,
    kind,
    ...modes,
    size: null,
    ...content,
    omitted: isTooLarge ? `its diff is larger than ${describeBytes(maxBytes)}` : null,
    addedLines,
    removedLines,
  }
}

function namesOf({ headers, startLine }: PatchSection): { oldPath: string | null; newPath: string | null } {
  const says = (start: RegExp) => headers.some((header) => start.test(header))
  const names = readPatchNames(headers)
  if (!names || (names.oldPath === null && names.newPath === null)) throw invalidPatch(startLine, 'does not say which file it is about')
  const checked = (path: string | null) => (path === null ? null : checkedPath(path))
  return {
    oldPath: says(/^new file mode /) ? null : checked(names.oldPath),
    newPath: says(/^deleted file mode /) ? null : checked(names.newPath),
  }
}

/** Whether headers without hunks say all there is: a new mode, a new name, or a file without content. */
function isWhole(headers: readonly string[]): boolean {
  const index = headers.map((header) => /^index ([0-9a-f]+)\.\.([0-9a-f]+)/.exec(header)).find((match) => match)
  const isNothing = (id = '') => /^(0+|e69de29[0-9a-f]*|473a0f4[0-9a-f]*)$/.test(id)
  if (index) return isNothing(index[1]) && isNothing(index[2])
  return headers.some((header) => /^(new mode|rename to|copy to|new file mode|deleted file mode) /.test(header))
}

function statusOf(
  { oldPath, newPath }: { oldPath: string | null; newPath: string | null },
  says: (start: RegExp) => boolean,
): ChangedFile['status'] {
  if (oldPath === null) return 'added'
  if (newPath === null) return 'deleted'
  if (says(/^rename to /)) return 'renamed'
  return says(/^copy to /) ? 'copied' : 'modified'
}

function modesOf(headers: readonly string[], status: ChangedFile['status']): Modes {
  const mode = (start: RegExp) => headers.map((header) => start.exec(header)?.[1]).find((found) => found) ?? null
  // What a patch does not say is taken for an ordinary file.
  const kept = mode(/^index [0-9a-f]+\.\.[0-9a-f]+ (\d{6})$/) ?? '100644'
  return {
    oldMode: status === 'added' ? null : (mode(/^(?:old|deleted file) mode (\d{6})$/) ?? kept),
    newMode: status === 'deleted' ? null : (mode(/^new (?:file )?mode (\d{6})$/) ?? kept),
  }
}

function kindOf({ oldMode, newMode }: Modes, isBinary: boolean): ChangedFile['kind'] {
  const mode = newMode ?? oldMode
  if (oldMode === '160000' || newMode === '160000') return 'submodule'
  if (mode === '120000') return 'symlink'
  return isBinary ? 'binary' : 'text'
}
