import { version } from '../domain/version.ts'
import type { Github } from './github.ts'
import { ownSummaries } from './own-comments.ts'
import type { PullRequest } from './publisher.ts'

/** What is asked of the repository, and what else decides a review. */
export interface ReviewHistory {
  /** Whether a commit lies in the history of another; false too where either is not here. */
  isAncestor(ancestor: string, descendant: string, signal: AbortSignal): Promise<boolean>
  /** Whether a merge lies between a commit and a later one: it may have brought what is not the pull request's. */
  hasMerge(from: string, to: string, signal: AbortSignal): Promise<boolean>
  /** As it is in the publication: another digest, another review. */
  configDigest?: string
}

/**
 * The commit from which only the new part of a pull request needs a review, because an earlier one looked at everything before it. Null,
 * which means the whole range, whenever anything is in doubt: no earlier review or an unfinished one, another base, another
 * configuration or version, a force push or a rebase, a merge in between, commits that are not here.
 */
export async function reviewStart(
  github: Github,
  pullRequest: PullRequest,
  { isAncestor, hasMerge, configDigest = '', signal }: ReviewHistory & { signal: AbortSignal },
): Promise<string | null> {
  const { head, base, number } = pullRequest
  const [summary, ...more] = await ownSummaries(github, number, signal)
  if (!summary || more.length > 0 || summary.state === 'damaged') return null
  const { state } = summary
  const isSame = state.isSound && state.base === base.ref && state.tool === version && state.config === configDigest
  // Who starts a review of the same head again wants it looked at again.
  if (!isSame || state.head === head.sha) return null
  if (!(await isAncestor(state.head, head.sha, signal)) || (await hasMerge(state.head, head.sha, signal))) return null
  return state.head
}
