import { readFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import type { Repository } from '../discover-repository.ts'
import type { Git } from '../git.ts'

/** What a copy needs of the user's repository. */
export interface RepositoryState {
  /** Id of the commit at HEAD; null before the first one. */
  head: string | null
  format: 'sha1' | 'sha256'
  /** Folders with the user's objects. */
  objects: readonly string[]
  /** Where a shallow clone ends; empty for a whole one. */
  shallow: Buffer
  /** The repository's own list of what to ignore, and the user's for all repositories. */
  exclude: Buffer
  excludesFile: Buffer
  /** The repository's own attributes. */
  attributes: Buffer
  /** `core.autocrlf`, `core.eol` and `core.attributesFile`, where they are set. */
  conversion: Readonly<Record<string, string>>
}

const nothing = Buffer.alloc(0)

/** Reads it without changing anything. */
export async function readRepositoryState(
  git: Git,
  { root, emptyTree, environment }: Repository,
  signal: AbortSignal,
): Promise<RepositoryState> {
  const setting = async (key: string, type: readonly string[] = []) => {
    const { code, stdout } = await git.run(['config', '-z', ...type, '--get', key], { asConfigured: true, signal })
    return code === 0 ? stdout.toString('utf8').replace(/\0$/, '') : null
  }
  const [head, common, excludesFile, autocrlf, eol, attributesFile] = await Promise.all([
    git.run(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'], { signal }),
    git.ask(['rev-parse', '--git-common-dir'], { signal }),
    setting('core.excludesFile', ['--type=path']),
    setting('core.autocrlf'),
    setting('core.eol'),
    setting('core.attributesFile', ['--type=path']),
  ])
  const shared = resolve(root, common.toString('utf8').replace(/\n$/, ''))
  const { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: more = '' } = environment
  return {
    head: head.code === 0 ? head.stdout.toString('latin1').trim() : null,
    format: emptyTree.length === 64 ? 'sha256' : 'sha1',
    // A hook that runs while objects arrive sees them in a folder of their own.
    objects: [join(shared, 'objects'), ...(objects ? [objects] : []), ...more.split(delimiter).filter(Boolean)].map((path) =>
      resolve(root, path),
    ),
    shallow: await contentOf(join(shared, 'shallow')),
    exclude: await contentOf(join(shared, 'info/exclude')),
    excludesFile: await contentOf(excludesFile === null ? defaultExcludes(environment) : resolve(root, excludesFile)),
    attributes: await contentOf(join(shared, 'info/attributes')),
    conversion: Object.fromEntries(
      Object.entries({ 'core.autocrlf': autocrlf, 'core.eol': eol, 'core.attributesfile': attributesFile }).flatMap(([name, value]) =>
        value ? [[name, value]] : [],
      ),
    ),
  }
}

function defaultExcludes({ XDG_CONFIG_HOME: configuration, HOME: home = '' }: Repository['environment']): string {
  return join(configuration || join(home, '.config'), 'git/ignore')
}

const contentOf = (path: string) => readFile(path).catch(() => nothing)
