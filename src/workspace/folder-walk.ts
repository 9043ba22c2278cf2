import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readlink } from 'node:fs/promises'
import { isAbsolute, posix, sep } from 'node:path'
import { PathRefused } from './checkout.ts'
import { pathBytes, pathText } from './path-bytes.ts'
import { quotedName } from './path-policy.ts'

/** A tree on disk, and how its folders are held while a path is followed. */
export interface Disk {
  /** Absolute path without links. */
  root: string
  /** Whether an open folder can be named through its descriptor, so that nothing on the way can be exchanged. Elsewhere it is checked afterwards. */
  byDescriptor: boolean
}

interface Folder {
  name: string
  /** How the system is told of it. */
  location: Buffer
  handle: FileHandle | null
  identity: BigIntStats | null
}

/** A path on its way through the folders of a tree. None of them is left before the end, so that `..` of a link means what it meant. */
export interface Walk {
  /** The path as it was asked for. */
  readonly asked: string
  /** The folder that the last name stands in, and its path from the root with every link resolved. */
  folder(): string
  /** Goes on until one name is left, and returns it; `.` where the path ends at the root. Null when a folder on the way does not exist. */
  descend(): Promise<string | null>
  /** What the system is to be asked for a name in the folder. */
  child(name: string): Buffer
  /** Goes on where a link leads that `descend` came to. */
  follow(link: string): Promise<void>
  /** Throws when a folder on the way is no longer the one it was. */
  confirm(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

interface WalkOptions {
  /** `refuse` throws at the first link. */
  links: 'follow' | 'refuse'
  /** Makes the folders that are missing. */
  makeFolders?: boolean
}

const maxLinks = 20
const looks = 4
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** Begins at the root; the path must have passed `refusalOf`. */
export async function startWalk(disk: Disk, asked: string, { links, makeFolders = false }: WalkOptions): Promise<Walk> {
  const stack: Folder[] = [await holdFolder(disk, { name: '', location: pathBytes(disk.root) })]
  let pending = segmentsOf(posix.normalize(asked))
  let followed = 0
  const top = () => stack.at(-1) as Folder
  const child = (name: string) => Buffer.concat([top().location, Buffer.from(sep), pathBytes(name)])

  async function enter(name: string): Promise<boolean> {
    const held = await tryHold(disk, { name, location: child(name) })
    if (held === 'link') await walk.follow(name)
    else if (held) stack.push(held)
    return held !== null
  }

  async function make(name: string): Promise<void> {
    await mkdir(child(name)).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
    await walk.confirm()
  }

  const walk: Walk = {
    asked,
    child,
    folder: () =>
      stack
        .map(({ name }) => name)
        .filter(Boolean)
        .join('/'),
    async descend() {
      while (pending.length > 0) {
        const [name = '.', ...rest] = pending
        pending = rest
        if (name !== '..' && rest.length === 0) return name
        if (name === '..') await leave(stack, asked)
        else if (await enter(name)) continue
        else if (!makeFolders) return null
        else {
          await make(name)
          if (!(await enter(name))) return null
        }
      }
      return '.'
    },
    async follow(link) {
      if (links === 'refuse') throw new PathRefused(`${quotedName(asked)} goes through a link, and links are not written through.`)
      if (++followed > maxLinks) throw new PathRefused(`${quotedName(asked)} goes through more than ${maxLinks} links.`)
      const target = pathText(await readlink(child(link), { encoding: 'buffer' }))
      const inside = isAbsolute(target) ? belowRoot(disk.root, target) : target
      if (inside === null) throw leads(asked)
      if (isAbsolute(target)) await Promise.all(stack.splice(1).map(release))
      pending = [...segmentsOf(inside), ...pending]
    },
    async confirm() {
      for (const { location, identity } of stack)
        if (identity && !isSame(identity, await lstat(location, { bigint: true }))) throw moved(asked)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stack.splice(0).map(release))
    },
  }
  return walk
}

/** Whether two looks saw the same file or folder. */
export function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.mode === b.mode
}

/**
 * Throws unless an open file is the one that its name leads to, by way of the folders that were meant. Where folders are known by name alone, one look can
 * be deceived by an exchange there and back; several in turn cannot in practice.
 */
export async function requireInPlace(walk: Walk, name: string, file: FileHandle): Promise<void> {
  const opened = await file.stat({ bigint: true })
  for (let look = 0; look < looks; look++) {
    await walk.confirm()
    if (!isSame(opened, await lstat(walk.child(name), { bigint: true }))) throw moved(walk.asked)
  }
  await walk.confirm()
}

function moved(asked: string): PathRefused {
  return new PathRefused(`${quotedName(asked)} was exchanged while it was being opened.`)
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '' && segment !== '.')

const leads = (asked: string) => new PathRefused(`${quotedName(asked)} leads out of the repository through a link.`)

function belowRoot(root: string, target: string): string | null {
  return `${target}/`.startsWith(`${root}/`) ? target.slice(root.length) : null
}

async function leave(stack: Folder[], asked: string): Promise<void> {
  const left = stack.length > 1 ? stack.pop() : undefined
  if (!left) throw leads(asked)
  await release(left)
}

const release = async ({ handle }: Folder) => handle?.close()

/** Null when nothing is there, or no folder. */
async function tryHold(disk: Disk, folder: Pick<Folder, 'name' | 'location'>): Promise<Folder | 'link' | null> {
  try {
    return await holdFolder(disk, folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    if (!['ENOTDIR', 'ELOOP'].includes(codeOf(error))) throw error
    const stats = await lstat(folder.location).catch(() => null)
    return stats?.isSymbolicLink() ? 'link' : null
  }
}

async function holdFolder(disk: Disk, { name, location }: Pick<Folder, 'name' | 'location'>): Promise<Folder> {
  if (disk.byDescriptor) {
    const handle = await open(location, folderFlags)
    return { name, handle, location: Buffer.from(`/proc/self/fd/${handle.fd}`), identity: null }
  }
  const identity = await lstat(location, { bigint: true })
  if (!identity.isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
  return { name, handle: null, location, identity }
}
