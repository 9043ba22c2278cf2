import { AppError } from '../../domain/errors.ts'
import type { Git } from '../git.ts'
import type { Environment } from '../git-environment.ts'

interface CommitContent {
  tree: string
  parent: string | null
  message: string
}

/** Writes a commit in the user's name, signed if their configuration says so. No branch is moved, and no hook run. */
export async function writeCommit({ git, environment }: { git: Git; environment: Environment }, content: CommitContent): Promise<string> {
  const settings = ['-c', 'user.useConfigOnly=true', '-c', 'i18n.commitEncoding=UTF-8', ...identity(environment)]
  for (const role of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) {
    if ((await git.run([...settings, 'var', role])).code !== 0) throw nobody()
  }
  const sign = await git.run(['config', '--type=bool', '--get', 'commit.gpgSign'], { asConfigured: true })
  const signing = sign.stdout.toString('latin1').trim() === 'true' ? ['-S'] : []
  const parents = content.parent === null ? [] : ['-p', content.parent]
  const args = [...settings, 'commit-tree', ...signing, ...parents, '-F', '-', content.tree]
  const { code, stdout, stderr } = await git.run(args, { input: `${content.message.trim()}\n` })
  if (code === 0) return stdout.toString('latin1').trim()
  throw new AppError('GIT_FAILED', `The commit could not be made: ${stderr.split('\n').at(-1) ?? ''}. Nothing was committed.`, {
    hint:
      signing.length > 0
        ? 'See whether signing works: git commit --allow-empty -S -m test'
        : 'Run `git fsck` to see whether the repository is intact.',
  })
}

/** Who the environment says the user is; git's own variables do not reach it. */
function identity(environment: Environment): string[] {
  return ['AUTHOR', 'COMMITTER'].flatMap((role) =>
    ['NAME', 'EMAIL'].flatMap((part) => {
      const value = environment[`GIT_${role}_${part}`]
      return value ? ['-c', `${role.toLowerCase()}.${part.toLowerCase()}=${value}`] : []
    }),
  )
}

function nobody(): AppError {
  return new AppError('GIT_FAILED', 'Git does not know who you are, so nothing was committed.', {
    hint: 'Tell it: git config --global user.name "Your Name" && git config --global user.email you@example.com',
  })
}
