import type { Change, ChangedFile, Tree } from '../domain/change.ts'
import type { Selector } from '../domain/selector.ts'
import { addUntracked } from './add-untracked.ts'
import { describeBytes } from './describe-bytes.ts'
import type { Git } from './git.ts'
import { listFiles, listUncommitted } from './list-files.ts'
import { looksBinary } from './looks-binary.ts'
import { measureFiles } from './measure-files.ts'
import type { ObjectReader } from './object-reader.ts'
import { comparePaths } from './path-bytes.ts'
import { readDiff } from './diff/read-diff.ts'
import { resolveSelector, type Sides } from './resolve-selector.ts'
import type { PathSelection } from './select-paths.ts'
import { readUntrackedFile } from './untracked-files.ts'
import { type ChangeLimits, defaultLimits, type ReadChangeOptions } from './workspace.ts'

export interface ChangeSource {
  root: string
  git: Git
  objects: ObjectReader
  emptyTree: string
  readFile: (tree: Tree, path: string) => Promise<Buffer | null>
}

interface Reading extends Required<Pick<ReadChangeOptions, 'contextLines' | 'signal' | 'limits'>>, ChangeSource {
  sides: Sides
  selection: PathSelection
}

/** Reads what changed between the two sides that a selector names. */
export async function readChange(
  selector: Exclude<Selector, { kind: 'patch' }>,
  selection: PathSelection,
  { contextLines, signal, limits = defaultLimits, ...source }: ReadChangeOptions & ChangeSource,
): Promise<Change> {
  const limited = { ...source, contextLines, signal, limits }
  // Git itself compares the index with HEAD, or with nothing before the first commit, so its answer need not wait for the name of HEAD.
  const early = selector.kind === 'staged' ? readDiff(source.git, ['--cached'], limited) : null
  early?.catch(() => {})
  const sides = await resolveSelector(selector, { ...source, signal })
  const reading = { ...limited, sides, selection }
  const [tracked, others] = await Promise.all([
    readTracked(reading, early ?? readDiff(source.git, sides.diffArguments, limited)),
    selector.kind === 'uncommitted' ? listUncommitted(source.git, signal) : null,
  ])
  const files = others ? await addOthers(tracked, others, reading) : tracked
  const trees = async () => (await Promise.all([sides.old, sides.new].map((tree) => listFiles(source.git, tree)))).flat()
  await selection.requireKnown(files, trees)
  const { description, old, new: newTree } = sides
  return { description, old, new: newTree, files: files.toSorted((a, b) => comparePaths(a.path, b.path)) }
}

async function readTracked(reading: Reading, diff: ReturnType<typeof readDiff>): Promise<ChangedFile[]> {
  const { git, sides, selection, root, signal } = reading
  const diffed = (await diff).filter(({ file }) => selection.includes(file))
  const sizes = await measureFiles(git, diffed, { root, tree: sides.new, signal })
  const files = diffed.map(({ file }, index): ChangedFile => ({ ...file, size: sizes[index] ?? null }))
  return showHiddenText(files, reading)
}

/** Git takes a file for binary when an attribute says so; a file without a NUL byte is text, and nobody hides its lines. */
async function showHiddenText(files: ChangedFile[], reading: Reading): Promise<ChangedFile[]> {
  const hidden = new Set<string>()
  for (const file of files) if (file.kind === 'binary' && (await isText(file, reading))) hidden.add(file.path)
  if (hidden.size === 0) return files
  const shown = await readDiff(reading.git, reading.sides.diffArguments, { ...reading, asText: (path) => hidden.has(path) })
  const byPath = new Map(shown.map(({ file }) => [file.path, file]))
  return files.map((file) => {
    const text = hidden.has(file.path) ? byPath.get(file.path) : undefined
    return text ? { ...file, ...text, size: text.status === 'added' ? file.size : null } : file
  })
}

async function isText({ path, oldPath, size }: ChangedFile, { sides, limits, readFile }: Reading): Promise<boolean> {
  if (size !== null && size > limits.fileBytes) return false
  try {
    const contents = await Promise.all([readFile(sides.old, oldPath ?? path), readFile(sides.new, path)])
    return !contents.some((bytes) => bytes && looksBinary(bytes))
  } catch {
    // One side is too large to look at: it stays what git says.
    return false
  }
}

/** Files read at the same time: a forgotten ignore rule can bring tens of thousands. */
const parallelReads = 16

async function addOthers(
  tracked: ChangedFile[],
  others: Awaited<ReturnType<typeof listUncommitted>>,
  { root, signal, limits, selection }: Reading,
): Promise<ChangedFile[]> {
  const paths = others.untracked.filter((path) => selection.includes({ path, oldPath: null }))
  const untracked: ChangedFile[] = []
  let left = limits.totalBytes
  for (let start = 0; start < paths.length; start += parallelReads) {
    signal.throwIfAborted()
    const limit = untrackedLimit(limits, left)
    const read = await Promise.all(paths.slice(start, start + parallelReads).map((path) => readUntrackedFile(root, path, limit)))
    const files = read.filter((file) => file !== null)
    untracked.push(...files)
    for (const file of files) if (file.hunks.length > 0) left -= file.size ?? 0
  }
  const marked = tracked.map((file): ChangedFile => (others.unmerged.has(file.path) ? { ...file, status: 'unmerged' } : file))
  return addUntracked(marked, untracked)
}

function untrackedLimit({ fileBytes, totalBytes }: ChangeLimits, left: number): { maxBytes: number; tooLarge: string } {
  return left < fileBytes
    ? { maxBytes: Math.max(0, left), tooLarge: `all untracked files are larger than ${describeBytes(totalBytes)}` }
    : { maxBytes: fileBytes, tooLarge: `it is larger than ${describeBytes(fileBytes)}` }
}
