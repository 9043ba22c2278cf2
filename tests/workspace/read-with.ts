import type { Change, ChangedFile } from '../../src/domain/change.ts'
import type { Selector } from '../../src/domain/selector.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import type { ReadChangeOptions, Workspace } from '../../src/workspace/workspace.ts'
import { checkHunks, compareWithGit, type GitTruth, readGitTruth } from '../helpers/diff-oracle.ts'
import type { TemporaryRepository } from '../helpers/git-repository.ts'

export const everything = { paths: [], contextLines: 3, signal: new AbortController().signal } satisfies ReadChangeOptions

/** Opens the repository for as long as the callback runs. */
export async function inWorkspace<Result>(
  repository: TemporaryRepository,
  callback: (workspace: Workspace) => Promise<Result>,
  {
    directory = repository.root,
    environment = repository.environment,
  }: { directory?: string; environment?: Readonly<Record<string, string>> } = {},
): Promise<Result> {
  const workspace = await openWorkspace(directory, { environment })
  try {
    return await callback(workspace)
  } finally {
    await workspace.close()
  }
}

export function readSelected(
  repository: TemporaryRepository,
  selector: Selector,
  options: Partial<ReadChangeOptions> = {},
): Promise<Change> {
  return inWorkspace(repository, (workspace) => workspace.readChange(selector, { ...everything, ...options }))
}

/** Path, status and lines, in one string a file. */
export const summaryOf = ({ files }: Change) =>
  files.map(({ path, status, kind, addedLines, removedLines }) => `${status} ${kind} ${path} +${addedLines} -${removedLines}`)

/** Reads a change of two commits, or of HEAD and the index, and holds it against what git says of it, byte for byte. */
export async function readAndCompare(
  repository: TemporaryRepository,
  selector: Selector,
  sides: readonly string[],
): Promise<{ change: Change; problems: string[] }> {
  const plumbing = sides[0] === '--cached' ? 'diff-index' : 'diff-tree'
  const options = ['-r', '-z', '--raw', '--numstat', '--no-abbrev', '-M', '-C', '-l1000', '--text']
  const truth = readGitTruth(repository.gitBytes([plumbing, ...options, ...sides]))
  const change = await readSelected(repository, selector)
  const problems = change.files.flatMap((file, index) => (truth[index] ? compareWithGit(file, truth[index]) : [`${file.path} is too many`]))
  const contents = change.files.flatMap((file, index) => (truth[index] ? checkContent(repository, file, truth[index]) : []))
  const missing = change.files.length === truth.length ? [] : [`${change.files.length} files instead of ${truth.length}`]
  return { change, problems: [...missing, ...problems, ...contents] }
}

function checkContent(repository: TemporaryRepository, file: Change['files'][number], { oldId, newId }: GitTruth): string[] {
  if (file.kind === 'submodule' || file.kind === 'binary') return file.hunks.length > 0 ? [`hunks of ${file.path}`] : []
  const [old, changed] = [oldId, newId].map((id) => (/^0+$/.test(id) ? Buffer.alloc(0) : repository.gitBytes(['cat-file', 'blob', id])))
  const size = /^0+$/.test(newId) ? null : changed!.length
  return [...checkHunks(file, old!, changed!), ...(hasSize(file, size) ? [] : [`size of ${file.path}: ${file.size}, not ${size}`])]
}

/** The size of text that was only changed may be unknown: nobody asks for it. */
function hasSize({ size, status, kind, hunks }: ChangedFile, truth: number | null): boolean {
  return size === truth || (size === null && kind === 'text' && status !== 'added' && hunks.length > 0)
}
