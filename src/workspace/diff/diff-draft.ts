import type { ChangedFile } from '../../domain/change.ts'
import type { DiffSection } from './diff-sections.ts'
import { replaceContent } from './replace-content.ts'
import { parseSection } from './parse-section.ts'
import type { RawEntry } from './raw-entry.ts'

/** A file of a diff before the size of its new side is known. */
export interface DiffedFile {
  file: Omit<ChangedFile, 'size'>
  newId: string | null
}

/** A listed file that collects its sections of the patch. */
export interface DiffDraft {
  readonly entry: RawEntry
  isBinary: boolean
  content: Pick<ChangedFile, 'hunks' | 'encoding'>
  omitted: string | null
  addedLines: number
  removedLines: number
}

export function draftOf(entry: RawEntry): DiffDraft {
  const content = { hunks: [], encoding: 'utf8' } as const
  return { entry, isBinary: false, content, omitted: null, addedLines: 0, removedLines: 0 }
}

/** Adds a section; `tooLarge` is the reason to give when its bytes were not kept. */
export function takeSection(draft: DiffDraft, section: DiffSection, tooLarge: string): void {
  draft.isBinary ||= section.isBinary
  if (isSubmodule(draft.entry)) return
  draft.addedLines += section.addedLines
  draft.removedLines += section.removedLines
  if (section.bytes === null) {
    draft.omitted = tooLarge
    return
  }
  // A type change has two sections: all of one file, then all of the other.
  draft.content = replaceContent(draft.content, parseSection(section.bytes))
}

export function finishDraft(draft: DiffDraft): DiffedFile {
  const { content, isBinary, addedLines, removedLines } = draft
  const { newId, ...entry } = draft.entry
  const kind = isSubmodule(entry) ? 'submodule' : kindOf(entry, isBinary)
  const unmerged = entry.status === 'unmerged' && content.hunks.length === 0 ? 'the merge of this file is not finished' : null
  const omitted = draft.omitted ?? unmerged
  return { newId, file: { ...entry, kind, ...content, hunks: omitted ? [] : content.hunks, omitted, addedLines, removedLines } }
}

type Modes = Pick<RawEntry, 'oldMode' | 'newMode'>

const isSubmodule = ({ oldMode, newMode }: Modes) => oldMode === '160000' || newMode === '160000'

function kindOf({ oldMode, newMode }: Modes, isBinary: boolean): ChangedFile['kind'] {
  if ((newMode ?? oldMode) === '120000') return 'symlink'
  return isBinary ? 'binary' : 'text'
}
