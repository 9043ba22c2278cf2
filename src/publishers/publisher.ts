import type { Change } from '../domain/change.ts'
import type { Report } from '../domain/report.ts'
import type { FailOn } from '../domain/severity.ts'

/** A pull request as its forge tells of it. */
export interface PullRequest {
  number: number
  base: { ref: string; sha: string }
  head: { ref: string; sha: string }
  /** Its branch lies in another repository, so its author may be a stranger. */
  isFork: boolean
}

/** A report, and where it is to be told. */
export interface Publication {
  report: Report
  pullRequest: PullRequest
  /** The real change of the pull request, merge base to head: what may be commented on. */
  change: Change
  /** The head that an earlier review ended at, where this one looked only at what came after it; null: it looked at everything. */
  reviewedFrom: string | null
  /** More findings than this are told in the summary only. */
  maxComments: number
  /** Digest of the configuration and rules of this review. Another one makes the next review look at everything again. */
  configDigest?: string
  /** The report comes from where a stranger could write it, so no later review may build on it. */
  isUntrusted?: boolean
  /** The mildest severity that makes a check fail; default: `error`. */
  failOn?: FailOn
}

/** What became of it. */
export interface Published {
  /** Comments that are new. */
  posted: number
  /** Findings that were told before and are still there. */
  kept: number
  /** Told before, and gone. */
  resolved: number
  /** Told in the summary only: beside the change, or more than `maxComments`. */
  summarised: number
  /** Where people read it; null where the forge does not say. */
  url: string | null
  /** What somebody should know about how it went, such as a head that moved; whole sentences. */
  remarks: readonly string[]
}

/** Carries a report to a forge. Throws `AppError` with `PUBLISH_FAILED` where the forge does not take it. */
export interface Publisher {
  name: string
  publish(publication: Publication, signal: AbortSignal): Promise<Published>
}
