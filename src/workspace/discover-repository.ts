import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '../domain/errors.ts'
import { createGit, type GitAnswer, gitFailure } from './git.ts'
import type { Environment } from './git-environment.ts'

/** Where a checkout is, with an environment that names it, so that git need not look for it again. */
export interface Repository {
  root: string
  gitDirectory: string
  emptyTree: string
  environment: Environment
}

const separator = '--end-of-git-directory'
const question = [
  'rev-parse',
  '--is-bare-repository',
  '--is-inside-work-tree',
  '--show-object-format',
  '--absolute-git-dir',
  separator,
  '--show-toplevel',
]
const emptyTrees: Readonly<Record<string, string>> = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
}

/** Finds the repository around a directory. Throws `NOT_A_REPOSITORY` where there is no working tree. */
export async function discoverRepository(directory: string, environment: Environment): Promise<Repository> {
  const place = await realpath(directory).catch((cause: unknown) => {
    throw new AppError('NOT_A_REPOSITORY', `${directory} does not exist.`, { cause, hint: 'Give an existing directory to -C.' })
  })
  const asked = await ask(place, environment)
  const found = { ...asked, root: await realpath(asked.root) }
  const { GIT_INDEX_FILE: index } = environment
  return {
    ...found,
    environment: {
      ...environment,
      GIT_DIR: found.gitDirectory,
      GIT_WORK_TREE: found.root,
      // In a hook it may be relative, and then it is so to the top.
      ...(index ? { GIT_INDEX_FILE: resolve(found.root, index) } : {}),
    },
  }
}

/**
 * In a hook of a linked worktree git sets `GIT_DIR` alone, and then takes any directory for the top. What is found without it is
 * right when it is the same repository.
 */
async function ask(place: string, environment: Environment): Promise<Omit<Repository, 'environment'>> {
  const { GIT_DIR: gitDirectory, GIT_WORK_TREE: workTree, ...others } = environment
  if (!gitDirectory || workTree) return parse(place, await createGit(place, environment).run(question))
  const [given, around] = await Promise.all([environment, others].map((candidate) => createGit(place, candidate).run(question)))
  if (around?.code === 0) {
    const found = parse(place, around)
    const isSame = (await realpath(found.gitDirectory)) === (await realpath(resolve(place, gitDirectory)).catch(() => null))
    if (isSame) return found
  }
  return parse(place, given as GitAnswer)
}

function parse(place: string, { code, stdout, stderr }: GitAnswer): Omit<Repository, 'environment'> {
  const [answers = '', root] = stdout.toString('utf8').split(`\n${separator}\n`)
  const [isBare, isInside, format = '', ...gitDirectory] = answers.split('\n')
  if (code === 0 && isInside === 'true' && root) {
    return { root: root.replace(/\n$/, ''), gitDirectory: gitDirectory.join('\n'), emptyTree: emptyTrees[format] ?? '' }
  }
  throw refusal(place, { isBare: isBare === 'true', stderr })
}

function refusal(place: string, { isBare, stderr }: { isBare: boolean; stderr: string }): AppError {
  if (isBare) {
    return new AppError('NOT_A_REPOSITORY', `${place} is a bare repository: it has no working tree.`, {
      hint: 'Run this in a clone or a worktree of it: git worktree add <directory>',
    })
  }
  if (stderr.includes('dubious ownership') || stderr.includes('unsafe repository')) {
    return new AppError('NOT_A_REPOSITORY', `Git refuses ${place}, which belongs to another user.`, {
      hint: `If you trust it: git config --global --add safe.directory ${place}`,
    })
  }
  if (stderr.includes('not a git repository')) {
    return new AppError('NOT_A_REPOSITORY', `${place} is not in a git repository.`, { hint: 'Run this in a clone, or start one: git init' })
  }
  if (stderr.includes('must be run in a work tree') || stderr === '') {
    return new AppError('NOT_A_REPOSITORY', `${place} is inside a git directory, not in a working tree.`, {
      hint: 'Go to the files of the repository.',
    })
  }
  return gitFailure(['rev-parse'], stderr)
}
