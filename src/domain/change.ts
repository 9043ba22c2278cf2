/** One line of a hunk, without its newline; a carriage return at its end is part of it. */
export interface DiffLine {
  kind: 'added' | 'removed' | 'context'
  text: string
  /** 1-based number on the old side; null for added lines. */
  oldLine: number | null
  /** 1-based number on the new side; null for removed lines. */
  newLine: number | null
  /** True when the file ends after this line without a newline. */
  endsWithoutNewline: boolean
}

/** Starts and counts as git writes them: a side without lines here counts 0 and starts at the line before. */
export interface Hunk {
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  lines: readonly DiffLine[]
}

/** Where one side of a change lives. */
export type Tree = { kind: 'empty' } | { kind: 'commit'; id: string } | { kind: 'index' } | { kind: 'working' } | { kind: 'patch' }

export interface ChangedFile {
  /** Posix, relative to the root; the old path for a deleted file. */
  path: string
  /** The path it was renamed or copied from, else null. */
  oldPath: string | null
  status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied' | 'type-changed' | 'unmerged'
  kind: 'text' | 'binary' | 'symlink' | 'submodule'
  /** Octal file modes as git writes them; null where the side does not exist. */
  oldMode: string | null
  newMode: string | null
  /** Bytes of the new side; null when it does not exist or is not known. */
  size: number | null
  /** How the bytes of both sides were decoded: `latin1` for text that is not valid UTF-8, so that no byte is lost. */
  encoding: 'utf8' | 'latin1'
  /** Empty for binaries, submodules, pure renames, mode changes and files left out for their size. */
  hunks: readonly Hunk[]
  /** Set when the hunks were left out, e.g. because the diff of this file is larger than the limit. */
  omitted: string | null
  addedLines: number
  removedLines: number
}

/** What changed between two trees. */
export interface Change {
  /** For people, e.g. `staged changes` or `abc1234..def5678`. */
  description: string
  old: Tree
  new: Tree
  /** In git's own order, by path. */
  files: readonly ChangedFile[]
}

/** Added lines of a file in order, each with its number on the new side. */
export function addedLinesOf({ hunks }: Pick<ChangedFile, 'hunks'>): { line: number; text: string }[] {
  return hunks.flatMap(({ lines }) =>
    lines.flatMap(({ kind, newLine, text }) => (kind === 'added' && newLine !== null ? [{ line: newLine, text }] : [])),
  )
}
