import { AppError, type ExitCode, exitCodes } from '../../domain/errors.ts'
import { formatDuration } from '../../domain/quantity.ts'
import type { Report } from '../../domain/report.ts'
import type { Selector } from '../../domain/selector.ts'
import { colorEnabled } from '../color.ts'
import type { CommandContext } from '../command.ts'
import { requestOf, reviewNow } from '../run-review.ts'
import { openTaskSession, type TaskSession } from '../task-session.ts'
import type { HookCall } from './hook.ts'
import type { ReviewedFor } from './review-news.ts'

/** One change that is reviewed for a hook. */
export interface ReviewTarget {
  selector: Selector
  /** Whether a file is part of what is reviewed. */
  includes(path: string): boolean
  /** What `agent review` needs to look at the same. */
  flags: string
}

interface HookReview {
  /** How many times `hooks.preCommit.maxTime` it may take. */
  times: number
  stops: ReviewedFor['stops']
  listTargets(session: TaskSession, signal: AbortSignal): Promise<readonly ReviewTarget[]>
  /** What `agent review` needs for what has gone on, where that is something else. */
  flagsAfterwards?: string
}

/** Of the time, what is kept for putting the answers together. */
const reserve = 0.05
/** What a review may take beyond its limit to come to an end, as a part of it and in any case; then it is given up, whatever it is doing. */
const patience = { part: 0.5, ms: 1000 }

/** Reviews the targets within the time that the configuration gives a hook, and tells what has to be told: nothing, where all is well. */
export async function reviewForHook(call: HookCall, review: HookReview): Promise<ExitCode> {
  const startedAt = performance.now()
  const limit = new AbortController()
  const context = withSignal(call.context, AbortSignal.any([call.context.signal, limit.signal]))
  const session = await openTaskSession(call.command, context, { isPatch: false, recovers: false })
  const maxTime = session.settings.config.hooks.preCommit.maxTime * review.times
  const timer = setTimeout(() => limit.abort(tookTooLong(maxTime)), maxTime * (1 + patience.part) + patience.ms)
  const timeLeft = () => Math.floor(startedAt + maxTime * (1 - reserve) - performance.now())
  try {
    const targets = await review.listTargets(session, context.signal)
    const reports: Report[] = []
    for (const target of targets) reports.push(await reviewTarget(target, withLimits(session, timeLeft()), context))
    const isTimeOver = timeLeft() <= 0
    // Most reviews have nothing to tell, and end without loading how it is told.
    const worthTelling = targets.find((_, index) => hasFindings(reports[index])) ?? targets.find((_, index) => !isSilent(reports[index]))
    if (!worthTelling) return exitCodes.clean
    const { flags } = worthTelling
    return await tell(
      reports,
      { stops: review.stops, flags, flagsAfterwards: review.flagsAfterwards ?? flags, maxTime, isTimeOver },
      { session, context },
    )
  } catch (error) {
    // Whatever broke when the time was over, broke because of it.
    limit.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
    await session.close()
  }
}

async function reviewTarget({ selector, includes }: ReviewTarget, session: TaskSession, context: CommandContext): Promise<Report> {
  const flags = { cache: true }
  const request = requestOf(session, flags, { paths: [], context })
  return reviewNow({ ...request, selector, isInShard: includes }, { session, flags, context })
}

async function tell(
  [first, ...others]: readonly Report[],
  reviewed: Omit<ReviewedFor, 'failOnFor'>,
  { session, context }: { session: TaskSession; context: CommandContext },
): Promise<ExitCode> {
  if (!first) return exitCodes.clean
  const [{ reviewNews }, { combineReports }, { reviewOptionsByPath }] = await Promise.all([
    import('./review-news.ts'),
    import('./combine-reports.ts'),
    import('../../config/for-path.ts'),
  ])
  const { stderr, environment } = context
  const { config, globals } = session.settings
  const optionsFor = reviewOptionsByPath(config)
  const { code, text } = reviewNews(
    combineReports(first, others),
    { ...reviewed, failOnFor: (path) => optionsFor(path).failOn },
    { color: colorEnabled(stderr, environment, globals.color), width: stderr.columns ?? 100 },
  )
  stderr.write(text)
  return code
}

const hasFindings = (report: Report | undefined) => report?.findings.some(({ suppressed }) => suppressed === null) ?? false

function isSilent(report: Report | undefined): boolean {
  return report?.completeness === 'complete' && report.notices.length === 0 && !hasFindings(report)
}

/** The time that a hook has instead of what a review has, and an engine of which nothing is loaded before it is asked: of the second commit of the same content it never is. */
function withLimits(session: TaskSession, maxTime: number): TaskSession {
  const { settings, runtime } = session
  const { config } = settings
  return {
    ...session,
    settings: { ...settings, config: { ...config, review: { ...config.review, maxTime: Math.max(1, maxTime) } } },
    runtime: { ...runtime, engine: runtime.engine && { ...runtime.engine, prepare: prepareToRecall } },
  }
}

/** While git reads the change: what every review needs later on. What fails here fails again, and is told, where it is needed. */
function prepareToRecall(): void {
  setImmediate(() => {
    Promise.all([import('../../memory/sqlite.ts'), import('../../tasks/review/check-change.ts')]).catch(() => {})
  })
}

/** The same call, ended by another signal. Its standard input stays unopened. */
function withSignal(context: CommandContext, signal: AbortSignal): CommandContext {
  const { cwd, environment, stdout, stderr } = context
  return {
    cwd,
    environment,
    stdout,
    stderr,
    signal,
    get stdin() {
      return context.stdin
    },
  }
}

const tookTooLong = (maxTime: number) =>
  new AppError('ENGINE_TIMEOUT', `It took much longer than ${formatDuration(maxTime)}.`, {
    hint: 'See with `agent review --staged` what takes so long.',
  })
