/** What an adapter may look at to find out whether a project uses its tool. Reads only. */
export interface Project {
  /** Absolute path of the root. */
  readonly root: string
  /** Every file that git tracks or does not ignore, posix, relative to the root. */
  readonly files: readonly string[]
  /** Null for what is not there. */
  read(path: string): Promise<string | null>
  /** Whether something is there that git ignores, such as `node_modules/.bin/eslint`. */
  exists(path: string): Promise<boolean>
}
