import type { Command } from 'commander'
import { pathFilter, reviewOptionsByPath } from '../config/for-path.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { exitCodeFor } from '../domain/exit-code.ts'
import type { Tree } from '../domain/change.ts'
import type { Report } from '../domain/report.ts'
import type { Selector } from '../domain/selector.ts'
import { isInShard } from '../domain/shard.ts'
import { runTask } from '../runtime.ts'
import { type ReviewRequest, planOf, review } from '../tasks/review/review.ts'
import { readBaseline } from './baseline-file.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import { printError } from './print-error.ts'
import { createProgress } from './progress.ts'
import { type PullRequestFlags, selectorFrom, type SelectorFlags } from './selector-flags.ts'
import { openTaskSession, type TaskSession } from './task-session.ts'
import { writeReports } from './write-reports.ts'

export type ReviewFlags = TaskFlags & SelectorFlags & PullRequestFlags

/** Reviews a change, writes its reports and returns the exit code of the contract. */
export async function runReview(command: Command, paths: readonly string[], context: CommandContext): Promise<ExitCode> {
  const flags = command.optsWithGlobals<ReviewFlags>()
  if (flags.pr !== undefined || flags.publish) {
    const { reviewPullRequest } = await import('./pull-request-review.ts')
    return reviewPullRequest(command, paths, context)
  }
  const session = await openTaskSession(command, context, { isPatch: flags.patch !== undefined })
  try {
    return await reviewAndTell(requestOf(session, flags, { paths, context }), { session, flags, context })
  } finally {
    await session.close()
  }
}

/** Reviews, writes the reports, hands the result on where somebody wants it, and returns the exit code of the contract. */
export async function reviewAndTell(
  request: ReviewRequest,
  reviewing: Reviewing,
  handOn?: (report: Report) => Promise<void>,
): Promise<ExitCode> {
  const { session, flags, context } = reviewing
  if (flags.dryRun) return showPlan(request, session, context)
  const report = await reviewNow(request, reviewing)
  const code = exitCodeFor(report, (path) => request.optionsFor(path).failOn)
  const tree = await reviewedTree(request.selector, session.runtime.workspace)
  const unwritten = await writeReports(report, { tree, session, flags, context })
  const failed = unwritten ?? (await handOn?.(report).then(() => null, onlyFailure)) ?? null
  // Findings stay findings when their report could not be written or posted as well.
  if (failed && code !== exitCodes.findings) throw failed
  if (failed) printError(failed, { write: (text) => context.stderr.write(text), color: false, verbose: false })
  return code
}

function onlyFailure(error: unknown): AppError {
  if (error instanceof AppError) return error
  throw error
}

export interface Reviewing {
  session: TaskSession
  flags: ReviewFlags
  context: CommandContext
}

/** The report of a review as the flags and the configuration want it; progress goes to stderr. */
export async function reviewNow(request: ReviewRequest, { session, flags, context }: Reviewing): Promise<Report> {
  const { settings, files, runtime, notices } = session
  const progress = createProgress(context.stderr, settings.globals)
  try {
    return await runTask(review, request, {
      runtime,
      signal: context.signal,
      maxTime: settings.config.review.maxTime,
      maxTokens: flags.maxTokens ?? null,
      useCache: flags.cache,
      baseline: await readBaseline(flags.baseline, {
        read: files.read,
        root: runtime.workspace.root,
        directory: settings.globals.directory,
      }),
      shard: flags.shard,
      notices,
      onEvent: progress.onEvent,
    })
  } finally {
    progress.end()
  }
}

/** What the task is asked, from what the user and the configuration say. */
export function requestOf(
  { settings, choice, files }: TaskSession,
  flags: ReviewFlags,
  { paths, context }: { paths: readonly string[]; context: CommandContext },
): ReviewRequest {
  const { config } = settings
  const isWanted = pathFilter(config)
  const selector = selectorFrom(flags)
  const error = choice.kind === 'failed' ? choice.error : null
  return {
    selector,
    paths,
    ...(selector.kind === 'patch' && selector.source === '-' && { stdin: context.stdin }),
    model: config.engine.use === 'none' || flags.dryRun ? 'none' : config.engine.use === 'auto' && error === null ? 'auto' : 'named',
    ...(error && { modelError: { code: error.code, message: error.message, hint: error.hint ?? '' } }),
    options: config.review,
    optionsFor: reviewOptionsByPath(config),
    isExcluded: (path) => !isWanted(path),
    rules: config.rules,
    listRuleFiles: files.list,
    readRuleFile: files.read,
    isInShard: (path) => flags.shard === undefined || isInShard(path, flags.shard),
  }
}

/** `--dry-run`: what would be asked, and what it would cost. */
async function showPlan(request: ReviewRequest, { runtime }: TaskSession, { stdout, signal }: CommandContext): Promise<ExitCode> {
  const [plan, { planText }] = await Promise.all([planOf(request, { workspace: runtime.workspace, signal }), import('./plan-text.ts')])
  stdout.write(planText(plan))
  return exitCodes.clean
}

/** Where the lines of a finding can be read again. */
async function reviewedTree(selector: Selector, workspace: Workspace): Promise<Tree> {
  switch (selector.kind) {
    case 'uncommitted':
    case 'working':
      return { kind: 'working' }
    case 'staged':
      return { kind: 'index' }
    case 'patch':
      return { kind: 'patch' }
    case 'commit':
      return { kind: 'commit', id: await workspace.resolveCommit(selector.rev) }
    case 'base':
      return { kind: 'commit', id: await workspace.resolveCommit('HEAD') }
    case 'range':
      return { kind: 'commit', id: await workspace.resolveCommit(selector.to) }
  }
}
