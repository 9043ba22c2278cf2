import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { discoverRepository } from '../workspace/discover-repository.ts'
import { createGit, gitFailure } from '../workspace/git.ts'
import type { Environment } from '../workspace/git-environment.ts'

/** Where the hooks of one working tree are. All paths are absolute. */
export interface Place {
  root: string
  /** Shared by all working trees of the repository. */
  commonDirectory: string
  /** Where git looks for hooks, whether it exists or not. */
  hooksFolder: string
  /** The setting that moved it; null where git looks in its own folder. */
  hooksPath: HooksPath | null
  environment: Environment
}

export interface HooksPath {
  /** As it was written. */
  value: string
  /** The file that says so. */
  origin: string
  scope: string
}

/** Finds where git would look for hooks from this directory. Throws `NOT_A_REPOSITORY` outside of a working tree. */
export async function findPlace(directory: string, environment: Environment, signal: AbortSignal): Promise<Place> {
  const { root, environment: located } = await discoverRepository(directory, environment)
  const git = createGit(root, located)
  const ask = (args: readonly string[]) => git.run(args, { signal, asConfigured: true })
  const [common, folder, setting] = await Promise.all([
    ask(['rev-parse', '--git-common-dir']),
    ask(['rev-parse', '--git-path', 'hooks']),
    ask(['config', '--show-origin', '--show-scope', '--null', '--get', 'core.hooksPath']),
  ])
  for (const answer of [common, folder]) if (answer.code !== 0) throw gitFailure(['rev-parse'], answer.stderr)
  const absolute = ({ stdout }: { stdout: Buffer }) => resolve(root, stdout.toString('utf8').replace(/\n$/, ''))
  return {
    root,
    environment,
    commonDirectory: await realpath(absolute(common)),
    hooksFolder: absolute(folder),
    hooksPath: setting.code === 0 ? parseSetting(setting.stdout.toString('utf8')) : null,
  }
}

function parseSetting(text: string): HooksPath {
  const [scope = '', origin = '', value = ''] = text.split('\0')
  return { scope, origin: origin.replace(/^file:/, ''), value }
}

/** Whether a path is a folder or below it. Both are absolute and without links. */
export function isWithin(folder: string, path: string): boolean {
  const steps = relative(folder, path)
  return steps === '' || (!isAbsolute(steps) && steps !== '..' && !steps.startsWith(`..${sep}`))
}

/** As one would name it from the top of the repository. */
export function shownPath({ root }: Place, path: string): string {
  return isWithin(root, path) ? relative(root, path).split(sep).join('/') || '.' : path
}
