import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The nearest folder from here upward that holds `.git`, be it a folder or a linked worktree's file; undefined outside a repository. Asks no git, so that reading the configuration stays cheap. */
export function repositoryRoot(directory: string): string | undefined {
  if (existsSync(join(directory, '.git'))) return directory
  const parent = dirname(directory)
  return parent === directory ? undefined : repositoryRoot(parent)
}
