import type { Command } from 'commander'
import { AppError, type ExitCode } from '../domain/errors.ts'
import type { Report } from '../domain/report.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { gitHistory } from '../publishers/git-history.ts'
import type { Github } from '../publishers/github.ts'
import type { PullRequest } from '../publishers/publisher.ts'
import { reviewStart } from '../publishers/review-start.ts'
import type { ForgeRemote } from '../workspace/fetch-commits.ts'
import { createGit, type Git } from '../workspace/git.ts'
import { openRemoteHistory } from '../workspace/remote-history.ts'
import type { CommandContext } from './command.ts'
import { findPlace, openPlace, type Place, publishedText } from './pull-request.ts'
import { reviewDigest } from './review-digest.ts'
import { type ReviewFlags, requestOf, reviewAndTell } from './run-review.ts'
import { openTaskSession, type TaskSession } from './task-session.ts'
import { openTaskWorkspace } from './task-workspace.ts'

const maxComments = 40

/** A pull request whose commits are here. */
interface Prepared {
  github: Github
  place: Place
  pullRequest: PullRequest
  /** What its base and its head have in common. */
  mergeBase: string
  git: Git
}

/** `agent review --pr`: merge base to head, under the configuration and the rules of the base; with `--publish`, posted. */
export async function reviewPullRequest(command: Command, paths: readonly string[], context: CommandContext): Promise<ExitCode> {
  const flags = command.optsWithGlobals<ReviewFlags>()
  const prepared = await prepare(command, flags, context)
  const { pullRequest, mergeBase } = prepared
  const session = await openTaskSession(command, trusting(pullRequest.base.sha, context), { isPatch: false })
  try {
    const { baseline, shard } = flags
    const configDigest = await reviewDigest({ config: session.settings.config, files: session.files, paths, baseline, shard })
    const start = flags.publish && !flags.dryRun ? await startOf(prepared, configDigest, context.signal) : null
    const range = `${start ?? mergeBase}..${pullRequest.head.sha}`
    const { pr: _pr, ...others } = flags
    const asRange: ReviewFlags = { ...others, range }
    const request = requestOf(session, asRange, { paths, context })
    return await reviewAndTell(request, { session, flags: asRange, context }, async (report) => {
      if (flags.publish) await post(report, { prepared, reviewedFrom: start, configDigest, session, context })
    })
  } finally {
    await session.close()
  }
}

async function prepare(command: Command, flags: ReviewFlags, context: CommandContext): Promise<Prepared> {
  const { pr, repo, publish = false } = flags
  if (pr === undefined)
    throw new AppError('USAGE_INVALID', '--publish posts on a pull request, and none is named.', { hint: 'Add --pr <number>.' })
  if (publish && flags.shard !== undefined)
    throw new AppError('USAGE_INVALID', '--publish posts what a whole review found, and --shard looks at a part.', {
      hint: 'Write the report of each shard with --format json, then use `agent merge` and `agent publish`.',
    })
  const { signal } = context
  const workspace = await openTaskWorkspace(command, context, { isPatch: false })
  try {
    const { repository: checkout } = workspace
    if (!checkout) throw new AppError('NOT_A_REPOSITORY', 'A pull request is reviewed in a clone of its repository.')
    const readOrigin = () => workspace.readGitConfig('remote.origin.url')
    const place = await findPlace({ given: repo, environment: context.environment, readOrigin })
    const github = await openPlace(place, { needsToken: publish })
    const pullRequest = await github.readPullRequest(pr, signal)
    const git = createGit(checkout.root, checkout.environment)
    const mergeBase = await mergeBaseOf(pullRequest, {
      directory: checkout.root,
      environment: checkout.environment,
      repository: place.repository,
      webUrl: github.webUrl,
      token: place.token ?? null,
      signal,
    })
    return { github, place, pullRequest, mergeBase, git }
  } finally {
    await workspace.close()
  }
}

/** What base and head have in common; what is missing is fetched by its id, which changes no branch, tag or file. */
async function mergeBaseOf({ base, head }: PullRequest, remote: ForgeRemote): Promise<string> {
  const point = ({ sha: id }: { sha: string }) => ({ branch: null, id })
  const span = await openRemoteHistory(remote).between(point(base), point(head))
  if (span instanceof AppError) throw span
  return span.from
}

/** As in a job on a pull request: configuration, rules and baseline are those of the base, and nothing that the head configures is run. */
function trusting(base: string, context: CommandContext): CommandContext {
  const { cwd, stdout, stderr, signal } = context
  const environment = { ...context.environment, GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: base }
  return {
    cwd,
    stdout,
    stderr,
    signal,
    environment,
    // Opened by whoever reads it.
    get stdin() {
      return context.stdin
    },
  }
}

function startOf({ github, pullRequest, git }: Prepared, configDigest: string, signal: AbortSignal): Promise<string | null> {
  return reviewStart(github, pullRequest, { ...gitHistory(git), configDigest, signal })
}

interface Posting {
  prepared: Prepared
  reviewedFrom: string | null
  configDigest: string
  session: TaskSession
  context: CommandContext
}

async function post(report: Report, { prepared, reviewedFrom, configDigest, session, context }: Posting): Promise<void> {
  const { github, place, pullRequest, mergeBase } = prepared
  const { signal, stderr } = context
  const selector = { kind: 'range', from: mergeBase, to: pullRequest.head.sha } as const
  const change = await session.runtime.workspace.readChange(selector, { paths: [], contextLines: 3, signal })
  const { githubReview } = await import('../publishers/github-review.ts')
  const published = await githubReview(github).publish({ report, pullRequest, change, reviewedFrom, maxComments, configDigest }, signal)
  // The report alone goes to standard output.
  stderr.write(publishedText(published, { name: `${place.repository}#${pullRequest.number}`, isDry: false }))
  for (const remark of published.remarks) stderr.write(`${terminalLine(remark)}\n`)
}
