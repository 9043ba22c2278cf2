import { join } from 'node:path'
import type { Command } from 'commander'
import { agentPaths } from '../config/agent-paths.ts'
import { apiKeyFrom, pullRequestBase } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { AppError } from '../domain/errors.ts'
import type { Notice } from '../domain/report.ts'
import { chooseEngine, type EngineChoice } from '../engine/choose-engine.ts'
import type { Memory } from '../memory/memory.ts'
import type { Runtime } from '../runtime.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { CommandContext } from './command.ts'
import { configOverrides, type TaskFlags } from './flags.ts'
import { type CommandSettings, loadSettings } from './load-settings.ts'
import { modelTransfer } from './model-transfer.ts'
import { projectFolder } from './project-folder.ts'
import { openTaskWorkspace } from './task-workspace.ts'
import { type TrustedFiles, trustedFiles } from './trusted-files.ts'
import { createWorkshop, finishInterruptedRuns } from './workshop.ts'

/** Everything a task command has opened, and how it lets go of it. */
export interface TaskSession {
  settings: CommandSettings
  files: TrustedFiles
  choice: EngineChoice
  runtime: Runtime
  notices: readonly Notice[]
  close(): Promise<void>
}

interface SessionOptions {
  /** The change comes from a patch, which needs no repository. */
  isPatch: boolean
  /** `--dry-run` keeps the tree as it is, and asks the model all the same. */
  asksOnDryRun?: boolean
  /** False inside of a hook: git holds its index then, and what a killed run has left half-way waits for the next command. */
  recovers?: boolean
}

/** Reads the configuration, opens the checkout and finds out who answers. Loads no model. */
export async function openTaskSession(
  command: Command,
  context: CommandContext,
  { isPatch, asksOnDryRun = false, recovers = true }: SessionOptions,
): Promise<TaskSession> {
  const flags = command.optsWithGlobals<TaskFlags>()
  const overrides = { flags: configOverrides(flags) }
  // Outside of a pull request the configuration lies beside the checkout, so both are read at once.
  const early = pullRequestBase(context.environment) === undefined ? loadSettings(command, context, overrides) : null
  early?.catch(() => {})
  const workspace = await openTaskWorkspace(command, context, { isPatch })
  try {
    const recovered = recovers ? await finishInterruptedRuns(workspace, context) : []
    const files = await trustedFiles(workspace, context.environment)
    const settings = await (early ?? loadSettings(command, context, { ...overrides, readBase: files.readBase }))
    const choice = await choose(settings, context, { isSilent: (flags.dryRun ?? false) && !asksOnDryRun, jobs: flags.jobs ?? null })
    const notices = [...settings.notices, ...files.notices, ...recovered]
    const memory = lazyMemory(workspace, settings.config, { environment: context.environment, notice: (notice) => notices.push(notice) })
    const { seed } = settings.config.engine
    const engine = choice.kind === 'engine' ? choice.handle : null
    return {
      settings,
      files,
      choice,
      runtime: {
        workspace,
        workshop: createWorkshop(workspace, { sandbox: settings.config.sandbox, context }),
        engine,
        recordEngine: async (opened) =>
          (await import('../engine/engine-records.ts')).recordEngine(opened, agentPaths(context.environment).engines),
        memory: memory.get,
        seed,
        jobs: flags.jobs ?? null,
      },
      notices,
      async close() {
        await memory.close().catch(() => {})
        await workspace.close()
      },
    }
  } catch (error) {
    await workspace.close()
    throw error
  }
}

function choose(
  { config, globals }: CommandSettings,
  context: CommandContext,
  { isSilent, jobs }: { isSilent: boolean; jobs: number | null },
): Promise<EngineChoice> {
  const { environment, signal } = context
  const { engine, models } = config
  return chooseEngine({
    engine: isSilent ? { ...engine, use: 'none' } : engine,
    apiKey: () => apiKeyFrom(engine, environment) ?? null,
    environment,
    openStore: async () => (await import('./open-store.ts')).openStore(config, { directory: globals.directory, environment }),
    allowPull: models.autoPull,
    ...modelTransfer(context, { quiet: globals.quiet }),
    findSecrets: async (text) => (await import('../domain/secrets.ts')).findSecrets(text),
    serversFolder: join(agentPaths(environment).cache, 'servers'),
    prefixFolder: join(agentPaths(environment).cache, 'prefixes'),
    jobs,
    signal,
  })
}

/** The database is opened by the first who asks for it. Without a repository, or where it cannot be used, nothing is kept. */
function lazyMemory(
  workspace: Workspace,
  { memory: limits }: Config,
  { environment, notice }: { environment: CommandContext['environment']; notice(notice: Notice): void },
) {
  let opening: Promise<Memory | null> | undefined
  const open = async (): Promise<Memory | null> => {
    if (workspace.gitDirectory === null) return null
    const path = join(projectFolder(workspace.gitDirectory, environment), 'memory.db')
    try {
      const { openMemory } = await import('../memory/sqlite.ts')
      return openMemory({
        path,
        maxAge: limits.maxAge,
        maxBytes: limits.maxSize,
        onDamage: (message) => notice({ code: 'MEMORY_DAMAGED', message, hint: '' }),
      })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      notice({
        code: 'CACHE_UNUSABLE',
        message: `Results are neither remembered nor recalled: ${reason}`,
        hint: error instanceof AppError ? (error.hint ?? '') : `Check ${path}.`,
      })
      return null
    }
  }
  return {
    get: () => (opening ??= open()),
    close: async () => (await opening)?.close(),
  }
}
