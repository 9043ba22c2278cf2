import type { History } from './history.ts'
import type { Search } from './search-question.ts'

/**
 * The files of a working tree as a tool may see and change them. Every path is posix and relative to the root; one that leaves the root,
 * goes through a link out of it, or names what nobody but the user may touch is refused with `PathRefused`, whose message says why.
 */
export interface Checkout {
  /** Absolute path. */
  readonly root: string
  /** What git would say about this tree. */
  readonly history: History
  /** Finds lines in the files of `list`, but for those that may not be read. */
  readonly search: Search
  /** The bytes of a regular file. Throws `PathRefused` for anything else, also for what does not exist. */
  read(path: string): Promise<Buffer>
  /** What a path names; null for nothing. */
  look(path: string): Promise<{ kind: 'file' | 'folder' | 'link'; bytes: number; isExecutable: boolean } | null>
  /** Files that git tracks or does not ignore, sorted; with `under`, only those in this folder. */
  list(under?: string): Promise<readonly string[]>
  /** Writes a whole file, makes its folders, and keeps the mode of one that is there. */
  write(path: string, content: Uint8Array): Promise<void>
  /** Refuses to replace a file that exists. */
  move(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
}

/** A path that a tool may not use, said so that whoever asked for it understands why. */
export class PathRefused extends Error {
  override readonly name = 'PathRefused'
}
