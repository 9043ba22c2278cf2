import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a path of a tool is relative to. */
export interface Surroundings {
  /** Where the tool was started, relative to the root. */
  directory: string
  /** Absolute path of the root as the tool sees it. */
  mountedAt: string
}

/**
 * A path as a tool prints it, as ours: posix, relative to the root. A tool prints absolute paths, `file:` URIs, or paths relative to where it was started.
 * Null for one outside of the root, which is nobody's business here.
 */
export function reportedPath(printed: string, { directory, mountedAt }: Surroundings): string | null {
  const path = /^file:/i.test(printed) ? pathOfUri(printed) : printed
  if (path === null || path === '' || path.includes('\0')) return null
  const absolute = posix.resolve(mountedAt, directory, path)
  const inside = posix.relative(mountedAt, absolute)
  return inside === '' || inside === '..' || inside.startsWith('../') ? null : inside
}

/** How a path is given to a tool that starts in `directory`: never like an option, a negation or a comment. */
export function pathArgument(path: string, directory: string): string {
  return `./${posix.relative(directory, path)}`
}

function pathOfUri(uri: string): string | null {
  try {
    return fileURLToPath(uri)
  } catch {
    return null
  }
}
