import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { repositoryRoot } from '../../config/repository-root.ts'

interface HookPlace {
  /** Where git started the hook: the top of the working tree. */
  directory: string
  environment: Readonly<Record<string, string | undefined>>
}

/** What git keeps in the git directory of a checkout while it is in the middle of something: there, commits are git's or were reviewed before. */
const underWay = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG', 'rebase-merge', 'rebase-apply', 'sequencer']

/** Whether a hook has nothing to do: the user said so, or git is in the middle of something. Reads a file at most, because every commit waits for it. */
export function shouldSkip({ directory, environment }: HookPlace): boolean {
  if (isSet(environment.AGENT_SKIP)) return true
  const place = gitDirectoryOf({ directory, environment })
  return place !== null && underWay.some((name) => existsSync(join(place, name)))
}

/** Whether a switch in the environment is on: anything but empty and a no. */
export function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase())
}

/** Git names it for hooks of linked worktrees; elsewhere it is found from the folder, without starting git. */
function gitDirectoryOf({ directory, environment }: HookPlace): string | null {
  if (environment.GIT_DIR) return resolve(directory, environment.GIT_DIR)
  const root = repositoryRoot(directory)
  return root === undefined ? null : throughFile(join(root, '.git'))
}

/** In linked worktrees and submodules `.git` is a file that names the folder. */
function throughFile(path: string): string {
  try {
    const [, target] = /^gitdir: (.+?)\r?\n?$/s.exec(readFileSync(path, 'utf8')) ?? []
    return target === undefined ? path : resolve(dirname(path), target)
  } catch {
    return path
  }
}
