import { existsSync, realpathSync } from 'node:fs'
import { parse, posix } from 'node:path'
import { AppError } from '../domain/errors.ts'
import { globMatcher } from '../domain/glob.ts'
import { lookChecked, readChecked, type CheckedPlace, type Refuse } from './checked-file.ts'
import { moveChecked, removeChecked, writeChecked } from './checked-write.ts'
import { type Checkout, PathRefused } from './checkout.ts'
import { codeOf } from './folder-walk.ts'
import type { Git } from './git.ts'
import type { Environment } from './git-environment.ts'
import { createHistory } from './history.ts'
import { listFiles } from './list-files.ts'
import { quotedName, refusalOf } from './path-policy.ts'
import { createSearch } from './search-files.ts'
import { suggestPaths } from './suggest-paths.ts'

export interface CheckoutOptions {
  /** Absolute path of the top of the tree. */
  root: string
  /** Git for this tree, wherever its git directory is. */
  git: Git
  /** Where ripgrep is looked for. */
  environment: Environment
  /** Globs of files that hold secrets, besides those that always do. */
  secrets?: readonly string[]
  /** For the user's own tree: nothing is written, moved or removed. */
  readOnly?: boolean
  /** Milliseconds that one search may take. */
  searchTimeout?: number
  platform?: NodeJS.Platform
}

/** The files of a tree behind `refusalOf`, with every folder on the way held while a path is followed. Nothing stays open between two calls. */
export function openCheckout({
  root: given,
  git,
  environment,
  secrets = [],
  readOnly = false,
  searchTimeout = 20_000,
  platform = process.platform,
}: CheckoutOptions): Checkout {
  const root = realpathSync.native(given)
  // Below it lie the system's own files, which look like any other.
  if (root === parse(root).root)
    throw new AppError('NOT_A_REPOSITORY', `${root} is the root of the file system, which no tool may work on.`)
  const refuse = refusing({ secrets, readOnly })
  const byDescriptor = platform === 'linux' && existsSync('/proc/self/fd')
  const place: CheckedPlace = { disk: { root, byDescriptor }, refuse }
  const listAll = () => listFiles(git, { kind: 'working' })
  const look: Checkout['look'] = (path) => explaining(path, () => lookChecked(place, path))

  async function read(path: string): Promise<Buffer> {
    const bytes = await explaining(path, () => readChecked(place, path))
    if (bytes === null) throw await missing(path)
    return bytes
  }
  const missing = async (path: string) => new PathRefused(`${quotedName(path)} does not exist.${suggestPaths(path, await listAll())}`)

  async function list(under = '.'): Promise<readonly string[]> {
    const entry = await look(under)
    if (!entry) throw await missing(under)
    if (entry.kind === 'link') throw new PathRefused(`${quotedName(under)} is a link. Name the folder that it leads to.`)
    const folder = posix.normalize(under).replace(/\/$/, '')
    const paths = await listAll()
    return folder === '.' ? paths : paths.filter((path) => path === folder || path.startsWith(`${folder}/`))
  }

  return {
    root,
    history: createHistory(git, { refuse, read }),
    search: createSearch({ root, git, environment, refuse, read, list: listAll, timeout: searchTimeout }),
    read,
    look,
    list,
    write: (path, content) => explaining(path, () => writeChecked(place, path, content)),
    move: (from, to) => explaining(from, () => moveChecked(place, from, to)),
    remove: (path) => explaining(path, () => removeChecked(place, path)),
  }
}

function refusing({ secrets, readOnly }: { secrets: readonly string[]; readOnly: boolean }): Refuse {
  const isSecret = globMatcher(secrets)
  return (path, effect) => {
    const reason = refusalOf(path, effect)
    if (reason) return reason
    const normal = posix.normalize(path)
    if (isSecret(normal) || isSecret(normal.toLowerCase()))
      return `${quotedName(path)} is configured as a secret, which no tool may read or write.`
    return effect === 'write' && readOnly ? `${quotedName(path)} cannot be changed: this task only reads.` : null
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be accessed: permission denied.',
  EPERM: 'may not be accessed: permission denied.',
  EROFS: 'is on a disk that cannot be written to.',
  EXDEV: 'is on another disk than the rest of the tree.',
  ENAMETOOLONG: 'is too long a path for this system.',
  ELOOP: 'was exchanged for a link while it was being opened.',
  ENXIO: 'is a pipe, a socket or a device.',
  ENOENT: 'was exchanged or removed while it was being opened.',
  ENOTDIR: 'needs a folder where a file is.',
  EISDIR: 'is a folder.',
  EEXIST: 'exists already.',
}

/** The system's answers, so that whoever asked for the path understands them; a full disk ends the run. */
async function explaining<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new AppError('DISK_FULL', `${quotedName(path)} cannot be written: the disk is full.`, {
        cause,
        hint: 'Free some space and run it again.',
      })
    const reason = reasons[code]
    throw reason ? new PathRefused(`${quotedName(path)} ${reason}`, { cause }) : cause
  }
}
