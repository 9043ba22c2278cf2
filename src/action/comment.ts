import { AppError } from '../domain/errors.ts'
import type { Report } from '../domain/report.ts'
import { statusOf } from '../publishers/github-failure.ts'
import type { Github } from '../publishers/github.ts'
import type { Published, PullRequest } from '../publishers/publisher.ts'
import type { CommentMode, Inputs } from './inputs.ts'
import type { Occasion } from './occasion.ts'

/** How findings are told, and what somebody should know about it. */
export interface Telling {
  mode: CommentMode
  remark: string | null
}

/** What the inputs want, as far as this job can: comments need a pull request, a review and a token. */
export function tellingOf(inputs: Inputs, { pullRequest }: Pick<Occasion, 'pullRequest'>): Telling {
  const wanted = inputs['comment-mode']
  const canComment = pullRequest !== null && inputs.task === 'review' && inputs.shard === undefined
  const mode = wanted ?? (canComment ? 'review' : 'annotations')
  if (mode !== 'review' && mode !== 'check') return { mode, remark: null }
  const instead = 'so findings are shown as annotations'
  if (inputs.task !== 'review') return { mode: 'annotations', remark: `Only a review can be posted, ${instead}.` }
  if (pullRequest === null) return { mode: 'annotations', remark: `This event belongs to no pull request, ${instead}.` }
  if (inputs['github-token'] === undefined) return { mode: 'annotations', remark: `There is no github-token, ${instead}.` }
  return { mode, remark: null }
}

interface Posting {
  mode: 'review' | 'check'
  github: Github
  pullRequest: PullRequest
  report: Report
  reviewedFrom: string | null
  configDigest: string
  inputs: Inputs
}

/** What became of posting: a token that may not is no failure of the review. */
export type Posted =
  | { kind: 'posted'; published: Published }
  | { kind: 'not-allowed'; remark: string }
  | { kind: 'failed'; error: AppError }

/** Posts a report to its pull request. */
export async function post({ mode, github, pullRequest, report, inputs, ...rest }: Posting, signal: AbortSignal): Promise<Posted> {
  try {
    const change = await github.readChange(pullRequest, signal)
    const publisher = await publisherOf(mode, github)
    const failOn = inputs['fail-on']
    const publication = {
      report,
      pullRequest,
      change,
      maxComments: inputs['max-comments'],
      ...rest,
      ...(failOn !== undefined && { failOn }),
    }
    return { kind: 'posted', published: await publisher.publish(publication, signal) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    return isForbidden(error) ? { kind: 'not-allowed', remark: whyNot(error, pullRequest) } : { kind: 'failed', error }
  }
}

async function publisherOf(mode: Posting['mode'], github: Github) {
  if (mode === 'check') return (await import('../publishers/github-check.ts')).githubCheck(github)
  return (await import('../publishers/github-review.ts')).githubReview(github)
}

/** GitHub answers 403 for limits as well, and 404 for what a token may not see. */
function isForbidden(error: AppError): boolean {
  const status = statusOf(error)
  return status === 404 || (status === 403 && !/rate limit/i.test(error.message))
}

function whyNot({ message, hint }: AppError, { isFork }: PullRequest): string {
  const instead = 'Findings are shown as annotations instead.'
  if (isFork)
    return `The token of a pull request from a fork may only read, so nothing was posted. ${instead} examples/github/fork-review.yml and fork-publish.yml post without giving a fork a token that may write.`
  return `Nothing was posted: ${message} ${hint ?? ''} ${instead}`
}
