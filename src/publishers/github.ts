import { z } from 'zod'
import type { Change } from '../domain/change.ts'
import { type Call, type Connection, connectGithub, type GithubOptions } from './github-connection.ts'
import { statusOf } from './github-failure.ts'
import {
  checkRunSchema,
  checkRunsSchema,
  type Comment,
  commentSchema,
  fileSchema,
  pullRequestSchema,
  type ReviewComment,
  reviewCommentSchema,
  reviewSchema,
} from './github-wire.ts'
import type { PullRequest } from './publisher.ts'

/** A comment of a review that is to be posted. */
export interface NewComment {
  path: string
  body: string
  side: 'LEFT' | 'RIGHT'
  line: number
  start_line?: number
  start_side?: 'LEFT' | 'RIGHT'
}

export interface Annotation {
  path: string
  start_line: number
  end_line: number
  annotation_level: 'notice' | 'warning' | 'failure'
  message: string
  title: string
}

export interface CheckOutput {
  title: string
  summary: string
  annotations: readonly Annotation[]
}

type CheckRun = z.infer<typeof checkRunSchema>

/** One repository on GitHub, as far as reviews need it. */
export interface Github {
  readonly repository: string
  /** The address of the pages that people see, such as `https://github.com`. */
  readonly webUrl: string
  readPullRequest(number: number, signal: AbortSignal): Promise<PullRequest>
  /** The change of a pull request as GitHub shows it: merge base to head. */
  readChange(pullRequest: PullRequest, signal: AbortSignal): Promise<Change>
  /** The login that what we write appears under. */
  whoAmI(signal: AbortSignal): Promise<string>
  listReviewComments(number: number, signal: AbortSignal): Promise<ReviewComment[]>
  listComments(number: number, signal: AbortSignal): Promise<Comment[]>
  createReview(
    number: number,
    review: { commit: string; body: string; comments: readonly NewComment[] },
    signal: AbortSignal,
  ): Promise<string>
  editReviewComment(id: number, body: string, signal: AbortSignal): Promise<void>
  deleteReviewComment(id: number, signal: AbortSignal): Promise<void>
  /** Marks the threads that these comments began as resolved. Throws where the token may not. */
  resolveThreads(number: number, comments: ReadonlySet<number>, signal: AbortSignal): Promise<void>
  createComment(number: number, body: string, signal: AbortSignal): Promise<Comment>
  editComment(id: number, body: string, signal: AbortSignal): Promise<Comment>
  deleteComment(id: number, signal: AbortSignal): Promise<void>
  listCheckRuns(head: string, name: string, signal: AbortSignal): Promise<CheckRun[]>
  createCheckRun(run: NewCheckRun, signal: AbortSignal): Promise<CheckRun>
  addAnnotations(id: number, output: CheckOutput, signal: AbortSignal): Promise<void>
}

export interface NewCheckRun {
  name: string
  head: string
  /** Ours: a run whose answer was lost is found by it. */
  externalId: string
  conclusion: 'success' | 'failure' | 'neutral'
  output: CheckOutput
}

const anything = z.unknown()

/** Opens a repository on GitHub. Nothing is sent before something is asked. */
export async function openGithub(options: GithubOptions): Promise<Github> {
  const connection = connectGithub(options)
  const { repository, webUrl } = connection
  return { repository, webUrl, ...pullRequests(connection), ...reviewComments(connection), ...comments(connection), ...checks(connection) }
}

/** A request below the repository. */
const call = (what: string, route: string, rest: Omit<Call, 'what' | 'route'>): Call => ({
  what,
  route: route.replace(' /', ' /repos/{owner}/{repo}/'),
  ...rest,
})

function pullRequests(connection: Connection): Pick<Github, 'readPullRequest' | 'readChange' | 'whoAmI'> {
  let me: Promise<string> | undefined
  return {
    async readPullRequest(number, signal) {
      const { base, head } = await connection.ask(
        pullRequestSchema,
        call(`read pull request #${number}`, 'GET /pulls/{number}', { parameters: { number }, signal }),
      )
      return {
        number,
        base: { ref: base.ref, sha: base.sha },
        head: { ref: head.ref, sha: head.sha },
        isFork: head.repo?.id !== base.repo.id,
      }
    },
    async readChange(pullRequest, signal) {
      const { readChange } = await import('./github-change.ts')
      const { number } = pullRequest
      const asDiff = { number, headers: { accept: 'application/vnd.github.diff' } }
      return readChange(pullRequest, {
        readDiff: () =>
          connection
            .bytes(call('read the diff', 'GET /pulls/{number}', { parameters: asDiff, signal }))
            // GitHub shows no diff that is too large as a whole, and its files one by one.
            .catch((error: unknown) => (statusOf(error) === 406 ? null : Promise.reject(error))),
        listFiles: () =>
          connection.list(fileSchema, call('list the files', 'GET /pulls/{number}/files', { parameters: { number }, signal })),
      })
    },
    whoAmI: (signal) => (me ??= import('./who-am-i.ts').then(({ whoAmI }) => whoAmI(connection, signal))),
  }
}

function reviewComments(
  connection: Connection,
): Pick<Github, 'listReviewComments' | 'createReview' | 'editReviewComment' | 'deleteReviewComment' | 'resolveThreads'> {
  const { ask, askOnce, list } = connection
  return {
    listReviewComments: (number, signal) =>
      list(reviewCommentSchema, call('list the comments', 'GET /pulls/{number}/comments', { parameters: { number }, signal })),
    async createReview(number, { commit, body, comments: posted }, signal) {
      const parameters = { number, commit_id: commit, event: 'COMMENT', body, comments: posted }
      return (await askOnce(reviewSchema, call('post a review', 'POST /pulls/{number}/reviews', { parameters, signal }))).html_url
    },
    async editReviewComment(id, body, signal) {
      await ask(anything, call('edit a comment', 'PATCH /pulls/comments/{id}', { parameters: { id, body }, signal }))
    },
    async deleteReviewComment(id, signal) {
      await ask(anything, call('delete a comment', 'DELETE /pulls/comments/{id}', { parameters: { id }, signal }))
    },
    async resolveThreads(number, ids, signal) {
      const { resolveThreads } = await import('./resolve-threads.ts')
      await resolveThreads(connection, { number, comments: ids }, signal)
    },
  }
}

function comments({ ask, askOnce, list }: Connection): Pick<Github, 'listComments' | 'createComment' | 'editComment' | 'deleteComment'> {
  return {
    listComments: (number, signal) =>
      list(commentSchema, call('list the comments', 'GET /issues/{number}/comments', { parameters: { number }, signal })),
    createComment: (number, body, signal) =>
      askOnce(commentSchema, call('post a comment', 'POST /issues/{number}/comments', { parameters: { number, body }, signal })),
    editComment: (id, body, signal) =>
      ask(commentSchema, call('edit a comment', 'PATCH /issues/comments/{id}', { parameters: { id, body }, signal })),
    async deleteComment(id, signal) {
      await ask(anything, call('delete a comment', 'DELETE /issues/comments/{id}', { parameters: { id }, signal }))
    },
  }
}

function checks({ ask, askOnce }: Connection): Pick<Github, 'listCheckRuns' | 'createCheckRun' | 'addAnnotations'> {
  return {
    async listCheckRuns(head, name, signal) {
      const parameters = { head, check_name: name, filter: 'all', per_page: 100 }
      return (await ask(checkRunsSchema, call('list the checks', 'GET /commits/{head}/check-runs', { parameters, signal }))).check_runs
    },
    createCheckRun({ name, head, externalId, conclusion, output }, signal) {
      const parameters = { name, head_sha: head, external_id: externalId, status: 'completed', conclusion, output }
      return askOnce(checkRunSchema, call('create a check', 'POST /check-runs', { parameters, signal }))
    },
    async addAnnotations(id, output, signal) {
      await ask(anything, call('add to a check', 'PATCH /check-runs/{id}', { parameters: { id, output }, signal }))
    },
  }
}
