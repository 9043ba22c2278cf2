import { AppError } from '../domain/errors.ts'
import type { Git } from './git.ts'

/** The id of the checked-out commit; null before the first one. */
export async function findHead(git: Git, signal?: AbortSignal): Promise<string | null> {
  const id = async (name: string) => {
    const { code, stdout } = await git.run(['rev-parse', '--verify', '--quiet', name], { signal })
    return code === 0 ? stdout.toString('latin1').trim() : null
  }
  const head = await id('HEAD^{commit}')
  // A name without its commit is damage, and must not look like a repository that begins.
  const dangling = head ? null : await id('HEAD')
  if (dangling) throw new AppError('GIT_FAILED', `HEAD is ${dangling}, which is not here.`, { hint: 'See what is missing: git fsck' })
  return head
}

/** The id of the commit that a name stands for; `REF_UNKNOWN` for anything else, whatever it is made of. */
export async function requireCommit(git: Git, ref: string, signal?: AbortSignal): Promise<string> {
  const id = await findCommit(git, ref, signal)
  if (id) return id
  throw new AppError('REF_UNKNOWN', `${JSON.stringify(ref)} is not a commit in this repository.`, { hint: await hintFor(git, ref, signal) })
}

async function findCommit(git: Git, ref: string, signal?: AbortSignal): Promise<string | null> {
  if (ref === '' || /[\0\n]/.test(ref)) return null
  // Behind `:/` everything is the text to search for, and what is found is a commit.
  const name = ref.startsWith(':/') ? ref : `${ref}^{commit}`
  const answer = await git.askAbout(['rev-parse', '--verify', '--end-of-options', name], signal)
  return answer && /^[0-9a-f]{40,64}$/.test(answer) ? answer : null
}

async function hintFor(git: Git, ref: string, signal?: AbortSignal): Promise<string> {
  if (await findCommit(git, `origin/${ref}`, signal)) return `Did you mean origin/${ref}?`
  if (!(await findHead(git, signal))) return 'This repository has no commit yet; --staged shows what the first one would be.'
  const isShallow = (await git.ask(['rev-parse', '--is-shallow-repository'], { signal })).toString('latin1').trim() === 'true'
  return isShallow
    ? 'This is a shallow clone; fetch more history: git fetch --deepen=50 (or --unshallow).'
    : 'See what there is with `git log --oneline` and `git branch --all`.'
}
