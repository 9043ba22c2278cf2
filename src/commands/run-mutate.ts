import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { pathFilter } from '../config/for-path.ts'
import { AppError, type ExitCode } from '../domain/errors.ts'
import { mutateResultSchema, mutationReport } from '../domain/mutation.ts'
import { writeFileWhole } from '../system/write-file-whole.ts'
import { mutate, type MutateRequest } from '../tasks/mutate/mutate.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import { runTaskCommand, type TaskRun } from './run-task.ts'
import type { SelectorFlags } from './selector-flags.ts'
import { scopeFrom } from './task-scope.ts'
import type { TaskSession } from './task-session.ts'

interface MutateFlags extends TaskFlags, SelectorFlags {
  maxMutants: number
  mutationReport?: string
}

const maxTime = 1_800_000

/** Says which lines no test guards, and returns the exit code of the contract. */
export function runMutate(command: Command, paths: readonly string[], context: CommandContext): Promise<ExitCode> {
  return runTaskCommand(command, context, mutateRun(command, paths, context))
}

/** What `agent mutate` is asked by a command line. Throws for one that makes no sense. */
export function mutateRun(command: Command, paths: readonly string[], context: CommandContext): TaskRun<MutateRequest> {
  const flags = command.optsWithGlobals<MutateFlags>()
  if (flags.patch !== undefined)
    throw new AppError('USAGE_INVALID', 'agent mutate changes files on a copy, and a patch has none.', { hint: 'Name a change, or files.' })
  const sources = new Map<string, { language: string; source: string }>()
  return {
    task: mutate,
    maxTime,
    needsModel: false,
    requestOf: async (session) => ({
      ...(await requestOf(session, flags, { paths, context })),
      keepSource: (path, file) => void sources.set(path, file),
    }),
    async finish({ result }, { settings: { globals } }) {
      const parsed = mutateResultSchema.safeParse(result)
      if (flags.mutationReport === undefined || !parsed.success) return
      await writeFileWhole(resolve(globals.directory, flags.mutationReport), mutationReport(parsed.data, sources))
    },
  }
}

async function requestOf(
  session: TaskSession,
  flags: MutateFlags,
  { paths, context: { signal } }: { paths: readonly string[]; context: CommandContext },
): Promise<MutateRequest> {
  const { config } = session.settings
  const isWanted = pathFilter(config)
  return {
    scope: await scopeFrom(session, flags, { paths, signal }),
    isExcluded: (path) => !isWanted(path),
    shard: flags.shard ?? null,
    most: flags.maxMutants,
    dryRun: flags.dryRun ?? false,
    // Test runners use several cores themselves.
    jobs: flags.jobs ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    commandTimeout: config.sandbox.timeout,
    testCommand: config.fix.testCommand,
  }
}
