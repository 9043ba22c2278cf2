import { realpath, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'

export interface DependencyFolder {
  /** Absolute, with every link followed. */
  source: string
  /** Posix, relative to the root of the checkout. */
  target: string
}

/** What installs packages beside which file, and where it puts them. */
const installers: readonly { manifest: RegExp; folders: readonly string[] }[] = [
  { manifest: /^package\.json$/, folders: ['node_modules'] },
  { manifest: /^(?:pyproject\.toml|setup\.(?:py|cfg)|requirements[^/]*\.txt|Pipfile|tox\.ini)$/, folders: ['.venv', 'venv'] },
  { manifest: /^composer\.json$/, folders: ['vendor'] },
  { manifest: /^Gemfile$/, folders: ['vendor/bundle'] },
]

/**
 * Folders of installed packages in the user's tree that a copy of its files does not have, because git ignores them. Commands on the
 * copy may read them and never write them. One that leads out of the root through a link is left out.
 */
export async function dependencyFolders(root: string, files: readonly string[]): Promise<DependencyFolder[]> {
  const tracked = new Set(files.flatMap(foldersOf))
  const found = await Promise.all([...candidatesOf(files)].filter((target) => !tracked.has(target)).map((target) => look(root, target)))
  return found.flatMap((folder) => folder ?? []).toSorted((a, b) => (a.target < b.target ? -1 : 1))
}

function candidatesOf(files: readonly string[]): Set<string> {
  // A package of a monorepo finds what is installed above it, also where the top itself has no manifest.
  const candidates = new Set<string>(['node_modules', '.venv'])
  for (const file of files) {
    const [folder, name] = [posix.dirname(file), posix.basename(file)]
    for (const { manifest, folders } of installers)
      if (manifest.test(name)) for (const installed of folders) candidates.add(posix.join(folder, installed))
  }
  return candidates
}

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

async function look(root: string, target: string): Promise<DependencyFolder | null> {
  const source = await realpath(join(root, target)).catch(() => null)
  if (source === null || !source.startsWith(`${root}/`) || source.includes('/.git/')) return null
  return (await stat(source)).isDirectory() ? { source, target } : null
}
