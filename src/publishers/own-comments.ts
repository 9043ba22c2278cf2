import type { Github } from './github.ts'
import type { Comment, ReviewComment } from './github-wire.ts'
import { type CommentMarker, readCommentMarker, readStateMarker } from './markers.ts'
import type { ReviewState } from './review-state.ts'

/** A comment on a line that we have posted ourselves. */
export type OwnComment = ReviewComment & CommentMarker

/** The comment that sums a review up, and the state in it. */
export interface OwnSummary extends Comment {
  state: ReviewState | 'damaged'
}

/** Comments on lines that are ours, oldest first. A stranger's comment with a copy of our marker is not. */
export async function ownComments(github: Github, number: number, signal: AbortSignal): Promise<OwnComment[]> {
  const [me, comments] = await Promise.all([github.whoAmI(signal), github.listReviewComments(number, signal)])
  return comments
    .filter(({ author }) => author === me)
    .flatMap((comment) => {
      const marker = readCommentMarker(comment.body)
      return marker ? [{ ...comment, ...marker }] : []
    })
    .toSorted((a, b) => a.id - b.id)
}

/** Our summaries, oldest first: one, unless two runs wrote theirs at the same time. */
export async function ownSummaries(github: Github, number: number, signal: AbortSignal): Promise<OwnSummary[]> {
  const [me, comments] = await Promise.all([github.whoAmI(signal), github.listComments(number, signal)])
  return comments
    .filter(({ author }) => author === me)
    .flatMap((comment) => {
      const state = readStateMarker(comment.body)
      return state ? [{ ...comment, state }] : []
    })
    .toSorted((a, b) => a.id - b.id)
}
