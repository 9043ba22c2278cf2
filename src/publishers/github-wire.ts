import { z } from 'zod'

/** What is read of GitHub's answers; everything else in them is left alone. */
const sha = z.string().regex(/^[\da-f]{40,64}$/)
const id = z.int().positive()
const author = z.object({ login: z.string() }).nullish()

export const pullRequestSchema = z.object({
  number: z.int().positive(),
  base: z.object({ ref: z.string(), sha, repo: z.object({ id }) }),
  /** The repository of a branch is null once its fork is deleted. */
  head: z.object({ ref: z.string(), sha, repo: z.object({ id }).nullable() }),
})

export const reviewSchema = z.object({ id, html_url: z.string() })

export const reviewCommentSchema = z
  .object({ id, body: z.string(), user: author, html_url: z.string(), path: z.string() })
  .transform(({ id: number, body, user, html_url: url, path }) => ({ id: number, body, author: user?.login ?? '', url, path }))

export const commentSchema = z
  .object({ id, body: z.string().nullish(), user: author, html_url: z.string() })
  .transform(({ id: number, body, user, html_url: url }) => ({ id: number, body: body ?? '', author: user?.login ?? '', url }))

export const fileSchema = z.object({
  filename: z.string().min(1),
  previous_filename: z.string().optional(),
  status: z.enum(['added', 'removed', 'modified', 'renamed', 'copied', 'changed', 'unchanged']),
  additions: z.int().nonnegative(),
  deletions: z.int().nonnegative(),
  patch: z.string().optional(),
})

export const checkRunSchema = z
  .object({ id, html_url: z.string().nullish(), external_id: z.string().nullish() })
  .transform(({ id: number, html_url: url, external_id: externalId }) => ({ id: number, url: url ?? null, externalId: externalId ?? '' }))

export const checkRunsSchema = z.object({ check_runs: z.array(checkRunSchema) })

export const viewerSchema = z.object({ viewer: z.object({ login: z.string().min(1) }) })
export const userSchema = z.object({ login: z.string().min(1) })

/** Threads of a pull request, each with the number of the comment that began it. */
export const threadsSchema = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z.array(
          z.object({
            id: z.string(),
            isResolved: z.boolean(),
            comments: z.object({ nodes: z.array(z.object({ databaseId: z.int().nullable() })) }),
          }),
        ),
      }),
    }),
  }),
})

/** A comment on lines of the change. */
export type ReviewComment = z.infer<typeof reviewCommentSchema>
/** A comment on the pull request as a whole. */
export type Comment = z.infer<typeof commentSchema>
export type FileOfPullRequest = z.infer<typeof fileSchema>
