import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { pathFilter } from '../config/for-path.ts'
import { AppError, type ExitCode } from '../domain/errors.ts'
import type { FailOn } from '../domain/severity.ts'
import { generateTests, type GenerateTestsRequest } from '../tasks/generate-tests/generate-tests.ts'
import type { CommandContext } from './command.ts'
import type { TaskFlags } from './flags.ts'
import { runTaskCommand, type TaskRun } from './run-task.ts'
import { selectorFrom, type SelectorFlags } from './selector-flags.ts'
import { scopeFrom } from './task-scope.ts'
import type { TaskSession } from './task-session.ts'
import { writePatch } from './write-patch.ts'

interface GenerateTestsFlags extends TaskFlags, SelectorFlags {
  only?: 'changed' | 'uncovered' | 'survivors'
  uncovered?: boolean
  maxTests?: number
  targetCoverage?: number
  patchOut?: string
  commitResult?: boolean
}

const maxTime = 1_800_000
/** Each has a copy of its own; more of them than this mostly wait for the disk. */
const mostBenches = 4

/** Writes tests and returns the exit code of the contract: 1 where a function got none that proves something, or may have a defect. */
export function runGenerateTests(command: Command, paths: readonly string[], context: CommandContext): Promise<ExitCode> {
  return runTaskCommand(command, context, generateTestsRun(command, paths, context))
}

/** What `agent generate-tests` is asked by a command line. Throws for one that makes no sense. */
export function generateTestsRun(command: Command, paths: readonly string[], context: CommandContext): TaskRun<GenerateTestsRequest> {
  const flags = command.optsWithGlobals<GenerateTestsFlags>()
  if (flags.patch !== undefined)
    throw new AppError('USAGE_INVALID', 'agent generate-tests runs tests on files, and a patch has none.', {
      hint: 'Name a change, or files.',
    })
  if (flags.staged && flags.commitResult)
    throw new AppError(
      'USAGE_INVALID',
      'Tests for what is staged are staged with it, so there is nothing that --commit-result could commit.',
      {
        hint: 'Leave --commit-result out, and commit yourself.',
      },
    )
  let patch: Uint8Array = Buffer.alloc(0)
  return {
    task: generateTests,
    maxTime,
    left: flags.staged ? 'staged' : 'applied',
    failOn: (flags.failOn as FailOn | undefined) ?? 'warning',
    requestOf: async (session) => ({ ...(await requestOf(session, flags, { paths, context })), keepPatch: (bytes) => (patch = bytes) }),
    patch: () => patch,
    finish: (_, session) => writePatch(patch, flags.patchOut, session),
  }
}

async function requestOf(
  session: TaskSession,
  flags: GenerateTestsFlags,
  { paths, context }: { paths: readonly string[]; context: CommandContext },
): Promise<GenerateTestsRequest> {
  const { config } = session.settings
  const { generateTests: options } = config
  const isWanted = pathFilter(config)
  const only = flags.uncovered ? 'uncovered' : (flags.only ?? null)
  return {
    scope: await scopeOf(session, flags, { only, paths, context }),
    isExcluded: (path) => !isWanted(path),
    shard: flags.shard ?? null,
    only,
    maxTests: flags.maxTests ?? options.maxTests,
    targetCoverage: flags.targetCoverage ?? options.targetCoverage,
    repeat: options.repeat,
    apply: !flags.dryRun && flags.patchOut === undefined,
    commit: flags.commitResult ?? false,
    // Test runners use several cores themselves.
    benches: Math.min(mostBenches, flags.jobs ?? Math.max(1, Math.floor(availableParallelism() / 2))),
    commandTimeout: config.sandbox.timeout,
  }
}

/** `--uncovered` alone means everything; `--only changed` means a change, whatever paths are named. */
async function scopeOf(
  session: TaskSession,
  flags: GenerateTestsFlags,
  { only, paths, context }: { only: GenerateTestsRequest['only']; paths: readonly string[]; context: CommandContext },
): Promise<GenerateTestsRequest['scope']> {
  const selector = selectorFrom(flags)
  if (only === 'changed') return { kind: 'change', selector, paths }
  if (flags.uncovered && paths.length === 0 && selector.kind === 'uncommitted') return { kind: 'paths', covers: () => true }
  return scopeFrom(session, flags, { paths, signal: context.signal })
}
