import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '../domain/change.ts'
import type { Finding } from '../domain/finding.ts'
import { plural } from '../domain/plural.ts'
import { commentBody } from './comment-body.ts'
import type { Github, NewComment } from './github.ts'
import { isDoubtful, statusOf } from './github-failure.ts'
import { markerName } from './markers.ts'
import { ownComments } from './own-comments.ts'
import { placeFinding, type Spot } from './place-finding.ts'
import type { PullRequest } from './publisher.ts'
import { readFreshChange } from './stand-on-head.ts'

interface Posting {
  pullRequest: PullRequest
  change: Change
  /** Worst first. */
  findings: readonly Finding[]
  /** As many comments as there may be. */
  room: number
  /** How a finding may be shown. */
  show(finding: Finding): Finding
}

interface Posted {
  count: number
  /** On a line of the change now. */
  told: readonly Finding[]
  /** For the summary. */
  here: readonly Finding[]
  url: string | null
  remarks: readonly string[]
}

interface Placed {
  finding: Finding
  spot: Spot
}

/** After an answer that left in doubt whether a review was posted. */
const attempts = 3
const pauseMs = 1000

/**
 * Posts comments as one review. Where GitHub refuses it because of its lines, it is placed anew on a fresh diff and sent once more; what
 * is refused again goes to the summary, never one by one.
 */
export async function postComments(github: Github, posting: Posting, signal: AbortSignal): Promise<Posted> {
  const first = await tryToPost(github, posting, signal)
  if (first !== 'refused') return first
  const fresh = await readFreshChange(github, await github.readPullRequest(posting.pullRequest.number, signal), signal)
  const second = await tryToPost(github, { ...posting, ...fresh }, signal)
  if (second !== 'refused') return { ...second, remarks: ['GitHub refused a line of the first attempt, so the comments were placed anew.'] }
  return {
    count: 0,
    told: [],
    here: posting.findings,
    url: null,
    remarks: ['GitHub refused the lines of the comments, so they are told here.'],
  }
}

async function tryToPost(github: Github, posting: Posting, signal: AbortSignal): Promise<Posted | 'refused'> {
  const { pullRequest, change, findings, room, show } = posting
  const { number, head } = pullRequest
  const all = findings.flatMap((finding): Placed[] => {
    const spot = placeFinding(finding, change)
    return spot ? [{ finding, spot }] : []
  })
  const placed = all.slice(0, room)
  const chosen = new Set(placed.map(({ finding }) => finding))
  const done = { count: placed.length, told: [...chosen], here: findings.filter((finding) => !chosen.has(finding)), remarks: [] }
  for (let attempt = 1; ; attempt++) {
    // Asked anew each time: another run may have posted, or this one, with an answer that was lost.
    const there = new Set(
      (await ownComments(github, number, signal)).filter(({ isResolved }) => !isResolved).map(({ fingerprint }) => fingerprint),
    )
    const left = placed.filter(({ finding }) => !there.has(markerName(finding.fingerprint)))
    if (left.length === 0) return { ...done, count: attempt === 1 ? 0 : done.count, url: null }
    const review = {
      commit: head.sha,
      body: reviewBody(left.length),
      comments: left.map(({ finding, spot }) => toComment(show(finding), spot)),
    }
    try {
      return { ...done, count: left.length, url: await github.createReview(number, review, signal) }
    } catch (error) {
      if (statusOf(error) === 422) return 'refused'
      if (!isDoubtful(error) || attempt === attempts) throw error
      await sleep(pauseMs * attempt, undefined, { signal })
    }
  }
}

const reviewBody = (count: number) => `**agent** has ${plural(count, 'comment')} on this change.`

function toComment(finding: Finding, spot: Spot): NewComment {
  const { path, side, startLine, endLine } = spot
  return {
    path,
    body: commentBody(finding, spot),
    side,
    line: endLine,
    ...(startLine < endLine && { start_line: startLine, start_side: side }),
  }
}
