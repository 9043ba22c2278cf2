import type { Change, Tree } from '../domain/change.ts'
import type { Selector } from '../domain/selector.ts'

export interface ReadChangeOptions {
  /** Paths relative to the directory the user stands in; empty means everything. */
  paths: readonly string[]
  /** Lines of context around each hunk. */
  contextLines: number
  signal: AbortSignal
  /** Read only for `--patch -`. */
  stdin?: NodeJS.ReadableStream
}

/** One checkout, and the only ways to touch it. Every path is relative to the root, posix, and checked. */
export interface Workspace {
  /** Absolute path of the top of the working tree. */
  readonly root: string
  readChange(selector: Selector, options: ReadChangeOptions): Promise<Change>
  /** Bytes of a file as one side of a change has it, or null where it does not exist there. Throws `AppError` for a path that leaves the root. */
  readFile(tree: Tree, path: string): Promise<Buffer | null>
  /** Paths that exist in a tree, posix; with `under`, only those below this folder. */
  listFiles(tree: Tree, under?: string): Promise<readonly string[]>
  close(): Promise<void>
}
