import { relative } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../domain/errors.ts'
import { exitCodeFor } from '../../domain/exit-code.ts'
import type { Report } from '../../domain/report.ts'
import type { FailOn } from '../../domain/severity.ts'
import { type RunOptions, runTask } from '../../runtime.ts'
import type { CommandContext } from '../command.ts'
import type { TaskFlags } from '../flags.ts'
import { requireModel, type TaskRun } from '../run-task.ts'
import type { SelectorFlags } from '../selector-flags.ts'
import type { TaskSession } from '../task-session.ts'

export type BatchTaskName = 'review' | 'fix' | 'generate-tests' | 'mutate' | 'run' | 'explain'

/** What commander leaves of the flags of a batch; those of its task are read by the task itself. */
export interface BatchFlags extends TaskFlags, SelectorFlags {
  per: 'file' | 'package'
  failFast?: boolean
  patchOut?: string
  commitResult?: 'each' | true
}

/** A task, ready to be run for any part of the repository. */
export interface BatchTask {
  /** Milliseconds for one unit. */
  maxTime: number
  failOn(session: TaskSession): FailOn | ((path: string) => FailOn)
  requireModel(session: TaskSession): void
  report(paths: readonly string[], session: TaskSession, options: RunOptions): Promise<UnitReport>
}

export interface UnitReport {
  report: Report
  /** Exact also where a file is not UTF-8. */
  patch: Uint8Array
}

interface Asked {
  command: Command
  /** What stands before the paths: the task of `agent run`. */
  instruction: string
  context: CommandContext
}

/** The task of a batch. Throws where its own flags make no sense. */
export async function batchTask(name: BatchTaskName, session: TaskSession, asked: Asked): Promise<BatchTask> {
  if (name === 'review') return (await import('./batch-review.ts')).batchReview(session, asked)
  const runFor = await runsOf(name, asked)
  return asBatchTask(runFor(['.']), runFor)
}

type RunFor = (paths: readonly string[]) => AnyRun

/** A run of some task, whatever it is asked. */
interface AnyRun extends Pick<TaskRun<never>, 'maxTime' | 'needsModel' | 'failOn' | 'patch'> {
  task: { name: string }
  report(session: TaskSession, options: RunOptions): Promise<Report>
}

const ofAny = <Request>(run: TaskRun<Request>): AnyRun => ({
  ...run,
  report: async (session, options) => runTask(run.task, await run.requestOf(session), options),
})

async function runsOf(name: Exclude<BatchTaskName, 'review'>, { command, instruction, context }: Asked): Promise<RunFor> {
  switch (name) {
    case 'fix': {
      const { fixRun } = await import('../run-fix.ts')
      return (paths) => ofAny(fixRun(command, paths, context))
    }
    case 'generate-tests': {
      const { generateTestsRun } = await import('../run-generate-tests.ts')
      return (paths) => ofAny(generateTestsRun(command, paths, context))
    }
    case 'mutate': {
      const { mutateRun } = await import('../run-mutate.ts')
      return (paths) => ofAny(mutateRun(command, paths, context))
    }
    case 'explain': {
      const { explainRun } = await import('../run-explain.ts')
      return ([path = '.']) => ofAny(explainRun(path))
    }
    case 'run': {
      const { freeRun } = await import('../run-run.ts')
      return (paths) => ofAny(freeRun(command, instructionFor(instruction, paths)))
    }
  }
}

/** `{path}` stands for the unit; where it is not named, what is meant is said behind. */
function instructionFor(instruction: string, paths: readonly string[]): string {
  const named = paths.join(', ')
  return instruction.includes('{path}') ? instruction.replaceAll('{path}', () => named) : `${instruction}\n\nDo this in: ${named}`
}

function asBatchTask({ maxTime, failOn, task, needsModel }: AnyRun, runFor: RunFor): BatchTask {
  return {
    maxTime,
    failOn: ({ settings }) => failOn ?? settings.config.review.failOn,
    requireModel: (session) => requireModel({ task, ...(needsModel !== undefined && { needsModel }) }, session),
    async report(paths, session, options) {
      const run = runFor(paths.map((path) => fromDirectory(path, session)))
      const report = await run.report(session, options)
      return { report, patch: run.patch?.() ?? Buffer.from(report.patch) }
    },
  }
}

/** A path of the repository as a user would write it in the folder that the command works in. */
export function fromDirectory(path: string, { settings: { globals }, runtime: { workspace } }: TaskSession): string {
  return relative(globals.directory, `${workspace.root}/${path}`) || '.'
}

/** Whether a task is there to change files. */
export const changesFiles = (name: BatchTaskName): boolean => name === 'fix' || name === 'generate-tests' || name === 'run'

/** Whether a run with these flags changes the user's files. */
export function writesFiles(name: BatchTaskName, { dryRun = false, patchOut }: BatchFlags): boolean {
  return changesFiles(name) && !dryRun && patchOut === undefined
}

/** Flags of a task that mean nothing for many units. */
const oneAtATime: Readonly<Record<string, string>> = {
  from: 'A report says itself where its problems are: run `agent fix --from` without a batch.',
  pr: 'Run `agent review --pr` without a batch.',
  publish: 'Run `agent publish` with the report of the batch.',
  patch: 'Name a commit, a branch or a range, or files and folders.',
  mutationReport: 'Run `agent mutate` without a batch for it.',
}

/** Throws for flags that only a single run can honour. */
export function requireBatchFlags(flags: object, name: BatchTaskName): void {
  for (const [flag, hint] of Object.entries(oneAtATime)) {
    const value: unknown = Object.entries(flags).find(([key]) => key === flag)?.[1]
    if (value === undefined || value === false) continue
    const long = flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new AppError('USAGE_INVALID', `agent batch ${name} has no use for --${long}.`, { hint })
  }
}

/** Whether a unit has come to its end, so that it need not be looked at again. */
export function isWhole({ completeness, findings, notices }: Report): boolean {
  return completeness === 'complete' && exitCodeFor({ completeness, findings: findings.slice(0, 0), notices }, 'never') === 0
}
