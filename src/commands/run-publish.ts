import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import type { Github } from '../publishers/github.ts'
import { rehearse } from '../publishers/dry-run.ts'
import { holdReport } from '../publishers/hold-report.ts'
import type { Publisher } from '../publishers/publisher.ts'
import { readFreshChange } from '../publishers/stand-on-head.ts'
import type { CommandContext } from './command.ts'
import { globalFlags } from './flags.ts'
import { findPlace, openPlace, publishedText } from './pull-request.ts'
import { readReport } from './read-report.ts'
import { openTaskWorkspace } from './task-workspace.ts'

interface PublishFlags {
  pr: number
  repo?: string
  mode: 'review' | 'check'
  maxComments: number
  dryRun?: boolean
}

/** A report of this size has more findings than anybody reads. */
const maxReportBytes = 32 * 2 ** 20

/** Posts what is true of a report that anybody may have written. Exit code 0 once it is posted, whatever it says. */
export async function runPublish(command: Command, file: string, context: CommandContext): Promise<ExitCode> {
  const flags = command.optsWithGlobals<PublishFlags>()
  const { directory, quiet } = globalFlags(command, context)
  await checkSize(file, directory)
  const untrusted = await readReport(file, directory)
  const place = await findPlace({ given: flags.repo, environment: context.environment, readOrigin: () => readOrigin(command, context) })
  const github = await openPlace(place, { needsToken: true })
  const isDry = flags.dryRun ?? false
  const rehearsal = isDry ? rehearse(github) : null

  const { signal } = context
  const { pullRequest, change } = await readFreshChange(github, await github.readPullRequest(flags.pr, signal), signal)
  const { report, dropped } = holdReport(untrusted, change)
  const publisher = await publisherFor(flags.mode, rehearsal?.github ?? github)
  const { maxComments } = flags
  const published = await publisher.publish({ report, pullRequest, change, reviewedFrom: null, maxComments, isUntrusted: true }, signal)

  const lost =
    dropped > 0
      ? [
          `${plural(dropped, 'finding')} of the report ${dropped === 1 ? 'is' : 'are'} not in the diff and ${dropped === 1 ? 'was' : 'were'} left out.`,
        ]
      : []
  for (const remark of [...lost, ...published.remarks]) context.stderr.write(`${terminalLine(remark)}\n`)
  for (const { path, line } of rehearsal?.comments ?? []) context.stdout.write(`  ${terminalLine(`${path}:${line}`)}\n`)
  if (!quiet || isDry)
    context.stdout.write(
      publishedText(published, { name: `${place.repository}#${flags.pr}`, isDry, ...(flags.mode === 'check' && { noun: 'annotation' }) }),
    )
  return exitCodes.clean
}

async function publisherFor(mode: PublishFlags['mode'], github: Github): Promise<Publisher> {
  if (mode === 'check') return (await import('../publishers/github-check.ts')).githubCheck(github)
  return (await import('../publishers/github-review.ts')).githubReview(github)
}

/** What is not there is told by whoever reads it. */
async function checkSize(file: string, directory: string): Promise<void> {
  const size = await stat(resolve(directory, file)).then(
    (stats) => stats.size,
    () => 0,
  )
  if (size > maxReportBytes)
    throw new AppError('REPORT_INVALID', `The report ${file} has ${size} bytes, more than the ${maxReportBytes} that are read.`, {
      hint: 'Publish a report of fewer findings.',
    })
}

/** Outside of a repository there is none, which is no error yet. */
async function readOrigin(command: Command, context: CommandContext): Promise<string | null> {
  try {
    const workspace = await openTaskWorkspace(command, context, { isPatch: false })
    try {
      return await workspace.readGitConfig('remote.origin.url')
    } finally {
      await workspace.close()
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_A_REPOSITORY') return null
    throw error
  }
}
