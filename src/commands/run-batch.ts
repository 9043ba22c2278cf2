import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type ExitCode, exitCodes } from '../domain/errors.ts'
import { exitCodeFor } from '../domain/exit-code.ts'
import { maskSecrets } from '../domain/mask.ts'
import { plural } from '../domain/plural.ts'
import type { Notice, Report } from '../domain/report.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { version } from '../domain/version.ts'
import { withFolderLock } from '../system/folder-lock.ts'
import { writeFileWhole } from '../system/write-file-whole.ts'
import { treeIdentity } from '../workspace/tree-state.ts'
import { createBatchProgress } from './batch/batch-progress.ts'
import {
  type BatchFlags,
  type BatchTask,
  batchTask,
  type BatchTaskName,
  changesFiles,
  requireBatchFlags,
  writesFiles,
} from './batch/batch-task.ts'
import { type BatchUnit, type BatchUnits, listUnits } from './batch/list-units.ts'
import { mergeUnits } from './batch/merge-units.ts'
import { runUnits, type UnitEnding } from './batch/run-units.ts'
import { shareEngine } from './batch/shared-engine.ts'
import { takeBack } from './batch/take-back.ts'
import { digest, openUnitStore, type UnitResult, type UnitStore } from './batch/unit-store.ts'
import type { CommandContext } from './command.ts'
import { openTaskSession, type TaskSession } from './task-session.ts'
import { requirePlace } from './workshop.ts'
import { writeReports } from './write-reports.ts'

interface BatchCall {
  name: BatchTaskName
  /** Arguments of the command line: for `run` the task, then paths. */
  given: readonly string[]
}

interface Batch {
  name: BatchTaskName
  task: BatchTask
  session: TaskSession
  flags: BatchFlags
  context: CommandContext
  found: BatchUnits
  instruction: string
}

/** Runs a task for many units, tells of all of them in one report, and returns the exit code of the contract. */
export async function runBatch(command: Command, { name, given }: BatchCall, context: CommandContext): Promise<ExitCode> {
  // A copy: what is one shard's is decided here, and must not be decided again within a unit.
  const flags: BatchFlags = { ...command.optsWithGlobals<BatchFlags>() }
  command.setOptionValue('shard', undefined)
  requireBatchFlags(flags, name)
  const [instruction = '', paths] = name === 'run' ? [given[0], given.slice(1)] : ['', given]
  const session = await openTaskSession(command, context, { isPatch: false, asksOnDryRun: true })
  try {
    const task = await batchTask(name, session, { command, instruction, context })
    task.requireModel(session)
    const found = await listUnits(session, { name, flags, paths, signal: context.signal })
    const batch: Batch = { name, task, session, flags, context, found, instruction }
    if (flags.dryRun && !changesFiles(name)) return tellUnits(found, batch)
    if (!writesFiles(name, flags)) return await runAndTell(batch)
    const { folder } = requirePlace(session.runtime.workspace, context.environment)
    const onWait = (holder: string) =>
      void context.stderr.write(`notice: another batch changes this repository (${holder}); waiting for it\n`)
    return await withFolderLock(`${folder}-batch`, { signal: context.signal, onWait }, () => runAndTell(batch))
  } finally {
    await session.close()
  }
}

function tellUnits({ units }: BatchUnits, { context, flags }: Batch): ExitCode {
  const rows = units.map(
    ({ name, paths }) => `  ${terminalLine(name)}${flags.per === 'package' ? `  ${plural(paths.length, 'file')}` : ''}\n`,
  )
  context.stdout.write(`${plural(units.length, flags.per)}:\n${rows.join('')}`)
  return exitCodes.clean
}

async function runAndTell(batch: Batch): Promise<ExitCode> {
  const { session, flags, context, task } = batch
  const { report, patch } = await runAll(batch)
  await remember(report, batch)
  if (flags.patchOut !== undefined) await writeFileWhole(resolve(session.settings.globals.directory, flags.patchOut), patch)
  const unwritten = await writeReports(report, { tree: { kind: 'working' }, session, flags, context })
  const code = exitCodeFor(report, task.failOn(session))
  if (unwritten && code !== exitCodes.findings) throw unwritten
  return code
}

async function runAll(batch: Batch): Promise<{ report: Report; patch: Uint8Array }> {
  const { name, session, flags, context, found } = batch
  const startedAt = performance.now()
  const { runtime, settings } = session
  const store = await openStore(batch)
  const known = store ? await recallAll(found.units, store, batch) : new Map<string, UnitResult>()
  const left = found.units.filter((unit) => !known.has(unit.name))
  const keepsAnswers = name === 'review' || name === 'explain' || !flags.cache
  const engine =
    runtime.engine && shareEngine(runtime.engine, { memory: keepsAnswers ? null : await runtime.memory(), signal: context.signal })
  const progress = createBatchProgress(context.stderr, { ...settings.globals, noun: flags.per, all: found.units.length, known: known.size })
  let endings: readonly UnitEnding[] = []
  try {
    endings = await runUnits(left, {
      ...batch,
      store,
      engine,
      limits: limitsOf(batch, startedAt),
      useCache: flags.cache,
      progress,
      signal: context.signal,
    })
  } catch (error) {
    progress.stop()
    if (context.signal.aborted) context.stderr.write(interruption(batch, store))
    throw error
  } finally {
    progress.stop()
    await engine?.close()
  }
  throwWhereAllFailed(endings, found.units)
  const totalMs = performance.now() - startedAt
  const shared = {
    task: name,
    noun: flags.per,
    shard: flags.shard,
    notices: earlyNotices(batch),
    seed: runtime.seed,
    stoppedBy: stoppedBy(endings, flags),
  }
  const report = mergeUnits({ ...found, ...shared, known, endings, totalMs })
  if (report.completeness === 'complete') store?.finish()
  return { report, patch: patchOf(found.units, known, endings) }
}

/** Several units that all fail for the same reason are one failure. */
function throwWhereAllFailed(endings: readonly UnitEnding[], units: readonly BatchUnit[]): void {
  const failures = endings.flatMap((ending) => (ending.kind === 'failed' ? [ending.error] : []))
  const [first] = failures
  if (first && failures.length === units.length && failures.every(({ message }) => message === first.message)) throw first
}

function stoppedBy(endings: readonly UnitEnding[], { failFast, maxTokens, maxTime }: BatchFlags): string {
  const failed = endings.findLast(({ kind }) => kind === 'failed')
  if (failed && failFast) return `${failed.unit.name} failed`
  if (maxTokens !== undefined && maxTime === undefined) return `the limit of ${plural(maxTokens, 'token')} was reached`
  return maxTime === undefined ? 'several failed in the same way' : `the time limit of ${maxTime} was reached`
}

const patchOf = (units: readonly BatchUnit[], known: ReadonlyMap<string, UnitResult>, endings: readonly UnitEnding[]) => {
  const fresh = new Map(endings.map((ending) => [ending.unit.name, ending.kind === 'done' ? ending.result : null]))
  return Buffer.concat(units.map(({ name }) => (known.get(name) ?? fresh.get(name))?.patch ?? new Uint8Array()))
}

function limitsOf({ name, flags, session }: Batch, startedAt: number) {
  const maxTime = flags.maxTime === undefined ? Number.POSITIVE_INFINITY : session.settings.config.review.maxTime
  const isParallel = (name === 'review' || name === 'explain') && session.runtime.engine?.kind !== 'local'
  return {
    deadline: startedAt + maxTime,
    maxTokens: flags.maxTokens ?? null,
    workers: isParallel ? (flags.jobs ?? 4) : 1,
    failFast: flags.failFast ?? false,
  }
}

async function openStore({ name, session, flags, context, instruction, found }: Batch): Promise<UnitStore | null> {
  const memory = flags.cache ? await session.runtime.memory() : null
  const { repository } = session.runtime.workspace
  if (memory === null || repository === null) return null
  const identity = identityOf({ name, session, flags, instruction })
  if (writesFiles(name, flags)) return openUnitStore({ session, memory, identity, tree: null })
  const trees = await Promise.all(
    [{ kind: 'working' } as const, ...found.trees].map((tree) => treeIdentity(repository, tree, context.signal)),
  )
  if (trees.includes(null)) return null
  return openUnitStore({ session, memory, identity, tree: digest(trees) })
}

/** Flags that change how a batch runs or what is told of it, and nothing in a result. */
const besides = new Set([
  'format',
  'output',
  'report',
  'failOn',
  'quiet',
  'verbose',
  'color',
  'jobs',
  'maxTime',
  'maxTokens',
  'shard',
  'per',
  'failFast',
  'cache',
  'pull',
])

function identityOf({ name, session, flags, instruction }: Pick<Batch, 'name' | 'session' | 'flags' | 'instruction'>): string {
  const { config } = session.settings
  const { maxTime: _, failOn: __, ...review } = config.review
  const engine = session.runtime.engine && {
    kind: session.runtime.engine.kind,
    model: session.runtime.engine.model,
    digest: session.runtime.engine.digest,
  }
  const own = Object.entries(flags)
    .filter(([flag]) => !besides.has(flag))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return digest([version, name, instruction, own, { ...config, review }, engine, session.runtime.seed])
}

/** What has ended before; what was killed between its change and its report is taken back first. */
async function recallAll(units: readonly BatchUnit[], store: UnitStore, { session, context }: Batch): Promise<Map<string, UnitResult>> {
  const known = new Map<string, UnitResult>()
  for (const unit of units) {
    context.signal.throwIfAborted()
    const unfinished = store.unfinished(unit)
    if (unfinished.length > 0) await takeBack(unfinished, requirePlace(session.runtime.workspace, context.environment), context.signal)
    const result = await store.recall(unit)
    if (result) known.set(unit.name, result)
  }
  return known
}

/** What a killed run had left half-way is told at once: the report is that of the whole batch, however often it was stopped. */
function earlyNotices({ session, context, name, flags }: Batch): Notice[] {
  if (!writesFiles(name, flags)) return [...session.notices]
  const isRecovery = ({ code }: Notice) => code === 'RUN_COMPLETED' || code === 'RUN_TAKEN_BACK'
  for (const { message } of session.notices.filter(isRecovery)) context.stderr.write(`notice: ${terminalLine(message)}\n`)
  return session.notices.filter((notice) => !isRecovery(notice))
}

function interruption({ name, flags }: Batch, store: UnitStore | null): string {
  const changed = writesFiles(name, flags) ? ' What was applied stays; `agent undo` takes back the last change.' : ''
  const next = store ? 'The same command goes on from here.' : 'Nothing is remembered of it.'
  return `Interrupted. ${next}${changed}\n`
}

/** So that a finding can be asked about by its id. */
async function remember(report: Report, { session, flags }: Batch): Promise<void> {
  if (flags.cache && report.findings.length > 0) (await session.runtime.memory().catch(() => null))?.recordRun(maskSecrets(report))
}
