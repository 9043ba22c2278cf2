import type { Github } from './github.ts'
import { statusOf } from './github-failure.ts'
import { type OwnComment, ownComments } from './own-comments.ts'

/**
 * Two runs at the same time may both have posted. Each looks again afterwards and deletes all but the first comment of a finding, so that
 * one is left whoever was faster. Returns the comments that are left.
 */
export async function removeTwins(github: Github, number: number, signal: AbortSignal): Promise<OwnComment[]> {
  const comments = await ownComments(github, number, signal)
  const seen = new Set<string>()
  const left: OwnComment[] = []
  for (const comment of comments) {
    const isTwin = !comment.isResolved && seen.has(comment.fingerprint)
    if (!comment.isResolved) seen.add(comment.fingerprint)
    if (!isTwin) left.push(comment)
    else
      await github.deleteReviewComment(comment.id, signal).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error
      })
  }
  return left
}
