import type { Github, NewComment } from './github.ts'

/** What would be written. */
export interface Rehearsal {
  github: Github
  comments: readonly NewComment[]
  /** The summary; null where none would be written. */
  summary(): string | null
}

/** A repository that is read, and never written to. */
export function rehearse(github: Github): Rehearsal {
  const comments: NewComment[] = []
  let summary: string | null = null
  const none = async () => {}
  const keep = (body: string) => {
    summary = body
    return { id: 0, body, author: '', url: '' }
  }
  return {
    comments,
    summary: () => summary,
    github: {
      ...github,
      async createReview(_number, review) {
        comments.push(...review.comments)
        return ''
      },
      editReviewComment: none,
      deleteReviewComment: none,
      resolveThreads: none,
      createComment: async (_number, body) => keep(body),
      editComment: async (_id, body) => keep(body),
      deleteComment: none,
      createCheckRun: async () => ({ id: 0, url: null, externalId: '' }),
      addAnnotations: none,
    },
  }
}
