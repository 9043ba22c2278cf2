import type { Change, Tree } from '../domain/change.ts'
import type { Selector } from '../domain/selector.ts'
import type { Repository } from './discover-repository.ts'

/** How much of a diff is kept; what is beyond it is listed with its lines counted and `omitted` set. */
export interface ChangeLimits {
  fileBytes: number
  totalBytes: number
}

export const defaultLimits: ChangeLimits = { fileBytes: 2 * 2 ** 20, totalBytes: 64 * 2 ** 20 }

export interface ReadChangeOptions {
  /** Paths relative to the directory the user stands in; empty means everything. */
  paths: readonly string[]
  /** Lines of context around each hunk. */
  contextLines: number
  signal: AbortSignal
  /** Read only for `--patch -`. */
  stdin?: NodeJS.ReadableStream
  /** Default: `defaultLimits`. */
  limits?: ChangeLimits
}

/**
 * One checkout, and the only ways to touch it. Every path is relative to the root, posix, and checked; a byte of a name that is not
 * valid UTF-8 is a lone surrogate in it (see `path-bytes.ts`).
 */
export interface Workspace {
  /** Absolute path of the top of the working tree. */
  readonly root: string
  /** Absolute path of this checkout's git directory; null outside of a repository. */
  readonly gitDirectory: string | null
  /** Where the repository is, for what opens it anew; null outside of one. */
  readonly repository: Repository | null
  readChange(selector: Selector, options: ReadChangeOptions): Promise<Change>
  /** Bytes of a file as one side of a change has it, or null where it does not exist there. Throws `AppError` for a path that leaves the root. */
  readFile(tree: Tree, path: string): Promise<Buffer | null>
  /** Paths that exist in a tree, posix; with `under`, only those below this folder. */
  listFiles(tree: Tree, under?: string): Promise<readonly string[]>
  /** The id of the commit that a name stands for. Throws `REF_UNKNOWN` for anything that is not one. */
  resolveCommit(ref: string, signal?: AbortSignal): Promise<string>
  /** A value of git's configuration; null where it is not set. */
  readGitConfig(key: string): Promise<string | null>
  close(): Promise<void>
}
