import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { configPlaces } from '../config/config-places.ts'
import { gitHistory } from '../publishers/git-history.ts'
import type { Github } from '../publishers/github.ts'
import type { PullRequest } from '../publishers/publisher.ts'
import { reviewStart } from '../publishers/review-start.ts'
import { createGit, type Git } from '../workspace/git.ts'
import type { Inputs } from './inputs.ts'

interface Scope {
  directory: string
  environment: Readonly<Record<string, string>>
  github: Github
  pullRequest: PullRequest
  configDigest: string
  signal: AbortSignal
}

/** The commit after which the rest of a pull request is new; null: all of it is. */
export function newSince({ directory, environment, github, pullRequest, configDigest, signal }: Scope): Promise<string | null> {
  return reviewStart(github, pullRequest, { ...gitHistory(createGit(directory, environment)), configDigest, signal })
}

/** What a review is made under: the inputs, and every file of the trusted branch that may be configuration or rules. */
export async function configDigestOf(
  inputs: Inputs,
  trusted: string,
  { directory, environment }: Pick<Scope, 'directory' | 'environment'>,
): Promise<string> {
  const { engine, model, config, 'fail-on': failOn, 'working-directory': folder, 'base-url': baseUrl } = inputs
  const files = await deciding(createGit(directory, environment), { trusted, config })
  return createHash('sha256').update(JSON.stringify({ engine, model, config, failOn, folder, baseUrl, files })).digest('hex')
}

async function deciding(git: Git, { trusted, config }: { trusted: string; config: string | undefined }): Promise<string[]> {
  const { code, stdout } = await git.run(['ls-tree', '-r', '-z', '--full-tree', `refs/remotes/origin/${trusted}`])
  if (code !== 0) return []
  const isDeciding = (path: string) =>
    path.endsWith('.md') ||
    configPlaces.includes(posix.basename(path)) ||
    path.startsWith('.agent/') ||
    (config !== undefined && path.endsWith(posix.basename(config)))
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => isDeciding(entry.slice(entry.indexOf('\t') + 1)))
}
