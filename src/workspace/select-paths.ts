import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { ChangedFile } from '../domain/change.ts'
import { AppError } from '../domain/errors.ts'

/** Paths that a user gave, as they are from the root. They never reach git, so none can be an option or a pattern. */
export interface PathSelection {
  includes(file: Pick<ChangedFile, 'path' | 'oldPath'>): boolean
  /** Throws for a path that is nowhere: in no changed file, not on disk and in none of the lists. */
  requireKnown(files: readonly Pick<ChangedFile, 'path' | 'oldPath'>[], listOthers: () => Promise<readonly string[]>): Promise<void>
}

/** Takes the paths literally, relative to the directory the user stands in; none means everything. */
export async function selectPaths(
  paths: readonly string[],
  { root, directory }: { root: string; directory: string },
): Promise<PathSelection> {
  const wanted = await Promise.all(paths.map(async (given) => ({ given, path: await fromRoot(given, { root, directory }) })))
  const covers = (path: string, candidate: string | null) => path === '' || candidate === path || candidate?.startsWith(`${path}/`) === true
  const matches = (path: string, file: Pick<ChangedFile, 'path' | 'oldPath'>) => covers(path, file.path) || covers(path, file.oldPath)
  return {
    includes: (file) => wanted.length === 0 || wanted.some(({ path }) => matches(path, file)),
    async requireKnown(files, listOthers) {
      for (const { given, path } of wanted) {
        if (path === '' || files.some((file) => matches(path, file)) || (await exists(join(root, path)))) continue
        if ((await listOthers()).some((other) => covers(path, other))) continue
        throw new AppError('USAGE_INVALID', `${JSON.stringify(given)} is no file or folder of this repository.`, {
          hint: 'Paths are taken literally, relative to the current directory. Put an option in front of the paths, not behind them.',
        })
      }
    },
  }
}

async function fromRoot(given: string, { root, directory }: { root: string; directory: string }): Promise<string> {
  const absolute = resolve(directory, given)
  const path = relative(root, isAbsolute(given) ? await throughLinks(absolute) : absolute)
  if (given === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) {
    throw new AppError('PATH_OUTSIDE_WORKSPACE', `${JSON.stringify(given)} is not a path inside ${root}.`, {
      hint: 'Give paths inside the repository, relative to the current directory.',
    })
  }
  return path.split(sep).join('/')
}

/** The root is known by its real path; an absolute path may lead there through a link. */
async function throughLinks(path: string): Promise<string> {
  const parent = await realpath(dirname(path)).catch(() => null)
  return parent ? join(parent, basename(path)) : path
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
