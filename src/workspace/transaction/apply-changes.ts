import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { AppError } from '../../domain/errors.ts'
import { withFolderLock } from '../../system/folder-lock.ts'
import type { Git } from '../git.ts'
import { openObjectReader } from '../object-reader.ts'
import type { AppliedRun, CopyChanges, TransactionPlace } from '../transaction.ts'
import { changesConflict } from './carry-out.ts'
import { finishOrTakeBack, writeFailure } from './finish-or-take-back.ts'
import { findFile, isSameMode } from './file-side.ts'
import { type FileSide, type Journal, journalFolder, journalNames, keepBytes, listFolder, markJournal, writeJournal } from './journal.ts'
import { groundOf } from './locations.ts'
import { isBlockedByFolder, isInOtherRepository, planFolders } from './plan-folders.ts'
import { recoverInLock } from './recover-transactions.ts'
import type { TreeChange, TreeEntry } from './tree-changes.ts'

interface ApplyContext extends TransactionPlace {
  signal: AbortSignal
  onWait?: (holder: string) => void
  /** Has the new bytes. */
  copyGit: Git
  /** Works on the user's tree, without the user's configuration. */
  neutralGit: Git
}

interface ChangesToApply extends CopyChanges {
  changes: readonly TreeChange[]
}

/** Carries changes over to the user's tree: all of them, or none. */
export async function applyChanges(changes: ChangesToApply, context: ApplyContext): Promise<AppliedRun> {
  if (changes.refused.length > 0) throw changesRefused(changes)
  return withFolderLock(context.folder, context, async () => {
    await recoverInLock(context)
    const id = await nextId(context.folder)
    if (changes.files.length > 0) await applyInLock(id, changes, context)
    return { id, files: changes.files }
  })
}

/** A name that comes after those of all runs before. To be asked for while the folder is locked. */
export async function nextId(folder: string): Promise<string> {
  const last = journalNames(await listFolder(folder)).at(-1)
  const number = last ? Number.parseInt(last.id, 10) + 1 : 1
  return `${String(number).padStart(8, '0')}-${randomBytes(4).toString('hex')}`
}

async function applyInLock(id: string, { changes, patch }: ChangesToApply, context: ApplyContext): Promise<void> {
  const { folder, repository } = context
  const name = { id, state: 'draft' } as const
  const bytes = journalFolder(folder, name)
  await mkdir(bytes, { recursive: true, mode: 0o700 })
  try {
    const journal = await prepare({ id, bytes, changes }, context)
    await requirePatchApplies(context.neutralGit, patch)
    await writeJournal(folder, journal)
    await markJournal(folder, name, 'pending')
    await finishOrTakeBack({ folder, root: repository.root, journal })
  } catch (error) {
    throw writeFailure(error)
  } finally {
    await rm(bytes, { recursive: true, force: true })
  }
}

interface Preparation {
  id: string
  /** Where the bytes of both sides are kept. */
  bytes: string
  changes: readonly TreeChange[]
}

/** Holds the changes against the user's tree as it is now, and keeps the bytes of both sides. Throws `CHANGES_CONFLICT`. */
async function prepare({ id, bytes, changes }: Preparation, { repository: { root }, copyGit }: ApplyContext): Promise<Journal> {
  const pathsWith = (side: 'before' | 'after', present: boolean) => changes.filter((change) => (change[side] !== null) === present)
  const conflicts: string[] = []
  const befores = new Map<string, FileSide | null>()
  for (const change of changes) {
    const before = await keepBefore({ root, bytes }, change)
    if (before === 'conflict') conflicts.push(change.path)
    else befores.set(change.path, before)
  }
  if (conflicts.length > 0) throw changedMeanwhile(conflicts)
  const folders = await planFolders(root, {
    deleted: pathsWith('after', false).map(({ path }) => path),
    written: pathsWith('after', true).map(({ path }) => path),
  })
  for (const { path } of pathsWith('before', false)) if (await isBlockedByFolder(root, path, folders)) conflicts.push(path)
  if (conflicts.length > 0) throw changedMeanwhile(conflicts)
  await using objects = disposable(openObjectReader(copyGit))
  const entries: Journal['entries'] = []
  for (const { path, after } of changes) {
    const before = befores.get(path) ?? null
    entries.push({
      path,
      before,
      after: after && { mode: modeAfter(before, after), digest: await keepBytes(bytes, await objects.bytesOf(after.id)) },
    })
  }
  return { version: 1, id, root, undoes: null, at: new Date().toISOString(), entries, folders }
}

/** The bytes of the user's file, kept, if they are those that the copy started from. */
async function keepBefore(
  { root, bytes }: { root: string; bytes: string },
  { path, before }: TreeChange,
): Promise<FileSide | null | 'conflict'> {
  const [found, { obstacle }] = [await findFile(root, path), await groundOf(root, path)]
  if (obstacle === 'link' || (await isInOtherRepository(root, path))) return 'conflict'
  if (before === null) return found.kind === 'absent' || found.kind === 'folder' ? null : 'conflict'
  const isAsCopied = found.kind === 'file' && isSameMode(found.mode, modeOf(before)) && blobId(found.bytes, before.id) === before.id
  return isAsCopied ? { mode: found.mode, digest: await keepBytes(bytes, found.bytes) } : 'conflict'
}

const modeOf = ({ mode }: TreeEntry) => (mode === '100755' ? 0o755 : 0o644)

/** A file keeps its permissions but for the executable bits, and a new one gets what the user's programs would give it. */
function modeAfter(before: FileSide | null, after: TreeEntry): number {
  if (before === null) return modeOf(after) === 0o755 ? 0o777 & ~process.umask() : 0o666 & ~process.umask()
  if (isSameMode(before.mode, modeOf(after))) return before.mode
  // Whoever may read it may run it.
  return modeOf(after) === 0o755 ? before.mode | ((before.mode & 0o444) >> 2) : before.mode & ~0o111
}

/** The name that git gives to bytes, in the kind of repository that another name is from. */
function blobId(bytes: Buffer, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1')
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

function disposable(reader: ReturnType<typeof openObjectReader>) {
  return {
    async bytesOf(id: string): Promise<Buffer> {
      const object = await reader.read(Buffer.from(id))
      if (object?.type !== 'blob') throw new AppError('GIT_FAILED', `The copy has lost the object ${id}.`)
      return object.bytes
    },
    [Symbol.asyncDispose]: () => reader.close(),
  }
}

/** A second opinion: git finds the same lines where the patch says that they are. */
async function requirePatchApplies(git: Git, patch: Buffer): Promise<void> {
  const { code, stderr } = await git.run(['apply', '--check', '--binary', '--whitespace=nowarn', '-p1', '-'], { input: patch })
  if (code === 0) return
  throw new AppError(
    'CHANGES_CONFLICT',
    `The changes do not apply to your working tree: ${stderr.split('\n')[0] ?? ''}. Nothing was changed.`,
    {
      hint: 'Run it again, so that it starts from the files as they are now.',
    },
  )
}

const changedMeanwhile = (paths: readonly string[]) => changesConflict(paths, 'not as it was when the run began')

function changesRefused({ refused }: CopyChanges): AppError {
  const [first, ...others] = refused
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return new AppError(
    'CHANGES_REFUSED',
    `A run may not change ${JSON.stringify(first?.path)}: ${first?.reason ?? ''}${more} Nothing was changed.`,
    {
      hint: 'Look at the whole list with --dry-run, and make such a change yourself if you want it.',
    },
  )
}
