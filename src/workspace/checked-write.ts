import { randomUUID } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { type CheckedPlace, kindOf, lstatOrNull } from './checked-file.ts'
import { PathRefused } from './checkout.ts'
import { describeBytes } from './describe-bytes.ts'
import { type Disk, isSame, requireInPlace, startWalk, type Walk } from './folder-walk.ts'
import { quotedName } from './path-policy.ts'

/** What a tool may write at once. */
const maxWriteBytes = 2 ** 20

const draftFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/**
 * Writes a whole file beside its place and renames it, so that it is there old or new. Another name of the same file (a hard link) keeps
 * what it had. Links are not written through.
 */
export async function writeChecked({ disk, refuse }: CheckedPlace, path: string, content: Uint8Array): Promise<void> {
  requireWritable(refuse, path)
  if (content.length > maxWriteBytes)
    throw new PathRefused(
      `${quotedName(path)} would have ${describeBytes(content.length)}; at most ${describeBytes(maxWriteBytes)} are written.`,
    )
  await using target = await findTarget(disk, path, { makeFolders: true })
  const { walk, name } = target
  const draft = `.${randomUUID()}.part`
  const mode = target.stats ? Number(target.stats.mode) & 0o777 : null
  try {
    await using file = await open(walk.child(draft), draftFlags, mode ?? 0o666)
    // Before a byte is written: the file that was made is in the folder that was meant.
    await requireInPlace(walk, draft, file)
    await file.writeFile(content)
    if (mode !== null) await file.chmod(mode)
    await walk.confirm()
    await rename(walk.child(draft), walk.child(name))
  } catch (error) {
    await unlink(walk.child(draft)).catch(() => {})
    throw error
  }
}

/** Gives a file another name. Refuses to replace one that exists, and to move folders. */
export async function moveChecked({ disk, refuse }: CheckedPlace, from: string, to: string): Promise<void> {
  requireWritable(refuse, from)
  requireWritable(refuse, to)
  await using source = await findTarget(disk, from, { makeFolders: false })
  if (!source.stats) throw new PathRefused(`${quotedName(from)} does not exist.`)
  await using target = await findTarget(disk, to, { makeFolders: true })
  // The same file under another case, on a disk that does not tell cases apart.
  if (target.stats && !isSame(target.stats, source.stats))
    throw new PathRefused(`${quotedName(to)} exists already. Delete it first, or choose another name.`)
  await source.walk.confirm()
  await target.walk.confirm()
  await rename(source.walk.child(source.name), target.walk.child(target.name))
}

/** Removes a regular file. */
export async function removeChecked({ disk, refuse }: CheckedPlace, path: string): Promise<void> {
  requireWritable(refuse, path)
  await using target = await findTarget(disk, path, { makeFolders: false })
  if (!target.stats) throw new PathRefused(`${quotedName(path)} does not exist.`)
  await target.walk.confirm()
  await unlink(target.walk.child(target.name))
}

interface Target {
  walk: Walk
  name: string
  /** Null when nothing is there. */
  stats: BigIntStats | null
  [Symbol.asyncDispose](): Promise<void>
}

/** Where a file is to be written or changed: no link on the way, and nothing but a regular file at the end. */
async function findTarget(disk: Disk, path: string, { makeFolders }: { makeFolders: boolean }): Promise<Target> {
  const walk = await startWalk(disk, path, { links: 'refuse', makeFolders })
  try {
    const name = await walk.descend()
    if (name === null && makeFolders) throw new PathRefused(`${quotedName(path)} needs a folder where a file is.`)
    const stats = name === null ? null : await lstatOrNull(walk.child(name))
    if (stats && !stats.isFile())
      throw new PathRefused(`${quotedName(path)} is ${kindOf(stats)}; only files are written, moved and deleted.`)
    return { walk, name: name ?? '', stats, [Symbol.asyncDispose]: () => walk[Symbol.asyncDispose]() }
  } catch (error) {
    await walk[Symbol.asyncDispose]()
    throw error
  }
}

function requireWritable(refuse: CheckedPlace['refuse'], path: string): void {
  const reason = refuse(path, 'write')
  if (reason) throw new PathRefused(reason)
}
