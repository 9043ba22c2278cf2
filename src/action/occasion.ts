import { AppError } from '../domain/errors.ts'
import type { PullRequest } from '../publishers/publisher.ts'
import type { Point } from '../workspace/remote-history.ts'
import type { Event } from './event.ts'
import type { Inputs } from './inputs.ts'
import { isBranchName } from './branch-name.ts'

/** What a job is about. */
export interface Occasion {
  /** What the change is measured against; null: the parent of the last commit. */
  base: Point | null
  /** The end of the change; null: what is checked out. */
  head: Point | null
  /** Where the configuration and rules that count are, because the change itself may be a stranger's; null: in the checkout. */
  trusted: Point | null
  pullRequest: PullRequest | null
  /** Why there is nothing to look at; null where there is. */
  nothing: string | null
}

/** They run with secrets and a token that may write, and strangers cause them: what is checked out may be theirs. */
const causedByStrangers = ['workflow_run', 'issue_comment', 'issues', 'discussion', 'discussion_comment']

const isZero = (id: string | null | undefined) => id === undefined || id === null || /^0+$/.test(id)
const commit = (id: string): Point => ({ branch: null, id })

/** Which change an event means, unless the inputs name another. Throws `USAGE_INVALID` for events on which it would not be safe to run. */
export function occasionOf(event: Event, inputs: Pick<Inputs, 'base' | 'head'>): Occasion {
  if (event.name === 'pull_request_target')
    throw new AppError(
      'USAGE_INVALID',
      'The event pull_request_target runs with secrets and a writable token, over a change that a stranger may have written.',
      {
        hint: 'Use pull_request; for forks, examples/github/fork-review.yml and fork-publish.yml review without a secret and post what was found.',
      },
    )
  const occasion = byEvent(event)
  return {
    ...occasion,
    ...(inputs.base !== undefined && { base: pointFrom('base', inputs.base), nothing: null }),
    ...(inputs.head !== undefined && { head: pointFrom('head', inputs.head), nothing: null }),
  }
}

function byEvent({ name, ref, payload }: Event): Occasion {
  const { pull_request: pull, merge_group: group } = payload
  const nowhere: Occasion = { base: null, head: null, trusted: null, pullRequest: null, nothing: null }
  if (pull)
    return {
      ...nowhere,
      base: { branch: pull.base.ref, id: pull.base.sha },
      head: commit(pull.head.sha),
      // By its commit: what a checkout calls `origin/<branch>` may be old, or a fork's.
      trusted: commit(pull.base.sha),
      pullRequest: {
        number: pull.number,
        base: { ref: pull.base.ref, sha: pull.base.sha },
        head: { ref: pull.head.ref, sha: pull.head.sha },
        isFork: pull.head.repo?.full_name !== pull.base.repo.full_name,
      },
    }
  if (group) return { ...nowhere, base: commit(group.base_sha), head: commit(group.head_sha), trusted: commit(group.base_sha) }
  const fallback = ref === `refs/heads/${payload.repository?.default_branch}` ? null : defaultBranch(payload)
  if (causedByStrangers.includes(name))
    return { ...nowhere, base: fallback, trusted: { branch: payload.repository?.default_branch ?? 'HEAD', id: null } }
  if (name !== 'push') return { ...nowhere, base: fallback }
  if (isZero(payload.after)) return { ...nowhere, nothing: 'The branch was deleted.' }
  return { ...nowhere, base: isZero(payload.before) ? fallback : commit(payload.before ?? ''), head: commit(payload.after ?? '') }
}

function defaultBranch({ repository }: Event['payload']): Point | null {
  return repository?.default_branch === undefined ? null : { branch: repository.default_branch, id: null }
}

function pointFrom(name: 'base' | 'head', text: string): Point {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return commit(text)
  const branch = text.replace(/^(?:refs\/remotes\/)?origin\/|^refs\/heads\//, '')
  if (isBranchName(branch)) return { branch, id: null }
  throw new AppError('USAGE_INVALID', `The input ${name} is ${JSON.stringify(text.slice(0, 100))}, which is no branch, tag or commit id.`, {
    hint: 'Name a branch such as main, a tag, or the full id of a commit.',
  })
}
