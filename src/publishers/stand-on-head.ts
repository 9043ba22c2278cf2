import type { Change } from '../domain/change.ts'
import type { Github } from './github.ts'
import type { Publication, PullRequest } from './publisher.ts'

/** The pull request as it is now, and its change. */
export interface Stand {
  pullRequest: PullRequest
  change: Change
  /** It has other commits now than those that were reviewed. */
  hasMoved: boolean
  remarks: readonly string[]
}

/** Where the head has moved during the review, findings are held against the new change, and what is gone from it is not posted. */
export async function standOnHead(github: Github, { pullRequest: reviewed, change }: Publication, signal: AbortSignal): Promise<Stand> {
  const now = await github.readPullRequest(reviewed.number, signal)
  if (now.head.sha === reviewed.head.sha) return { pullRequest: now, change, hasMoved: false, remarks: [] }
  const fresh = await readFreshChange(github, now, signal)
  const [from, to] = [reviewed.head.sha.slice(0, 7), fresh.pullRequest.head.sha.slice(0, 7)]
  return { ...fresh, hasMoved: true, remarks: [`The pull request moved from ${from} to ${to} during the review, which looked at ${from}.`] }
}

/** A change and the head that it belongs to: the diff is read between two looks at the head that agree. */
export async function readFreshChange(
  github: Github,
  pullRequest: PullRequest,
  signal: AbortSignal,
): Promise<{ pullRequest: PullRequest; change: Change }> {
  let current = pullRequest
  for (let attempt = 0; ; attempt++) {
    const change = await github.readChange(current, signal)
    const after = await github.readPullRequest(current.number, signal)
    // Somebody who pushes without a pause is not waited for: GitHub refuses what does not fit.
    if (after.head.sha === current.head.sha || attempt === 2) return { pullRequest: current, change }
    current = after
  }
}
