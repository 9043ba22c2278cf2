import { stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { type Checkout, PathRefused } from './checkout.ts'
import type { DependencyFolder } from './dependency-folders.ts'
import type { Project } from './project.ts'

/** A project as adapters look at it: the files of a checkout, and the packages that are installed for it elsewhere. */
export async function openProject(checkout: Checkout, dependencies: readonly DependencyFolder[]): Promise<Project> {
  return {
    root: checkout.root,
    files: await checkout.list(),
    async read(path) {
      try {
        return (await checkout.read(path)).toString('utf8')
      } catch (error) {
        if (error instanceof PathRefused) return null
        throw error
      }
    },
    async exists(path) {
      const normal = posix.normalize(path)
      const installed = dependencies.find(({ target }) => normal === target || normal.startsWith(`${target}/`))
      if (installed) return isThere(join(installed.source, normal.slice(installed.target.length)))
      return isThere(join(checkout.root, normal))
    },
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
