import { posix } from 'node:path'
import type { Project } from './project.ts'

interface Wanted {
  /** Posix, relative to the root; where the search starts, and where the program will. */
  directory: string
  name: string
  /** Where projects keep their programs, such as `node_modules/.bin`. */
  below: readonly string[]
}

/** The project's own program in the nearest folder upward, relative to the directory; else its bare name, for PATH. */
export async function projectProgram(project: Project, { directory, name, below }: Wanted): Promise<string> {
  for (const folder of upward(directory)) {
    for (const place of below) {
      const path = posix.join(folder, place, name)
      if (await project.exists(path)) return asProgram(posix.relative(directory, path))
    }
  }
  return name
}

/** The folder itself and all that it lies in, down to the root (`.`). */
export function upward(directory: string): string[] {
  const parts = directory === '.' ? [] : directory.split('/')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/')).concat('.')
}

/** Whether a path lies in a folder, or is it. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '.' || path === directory || path.startsWith(`${directory}/`)
}

/** Without a slash it would be looked up on PATH. */
const asProgram = (path: string) => (path.startsWith('../') ? path : `./${path}`)
