import { createBudget } from './agent/budget.ts'
import type { AgentEvent } from './agent/event.ts'
import { applyBaseline, type Baseline } from './domain/baseline.ts'
import { identify } from './domain/fingerprint.ts'
import { maskSecrets } from './domain/mask.ts'
import type { Notice, Report, ReportUsage, Timing } from './domain/report.ts'
import { type Shard, shardNotice } from './domain/shard.ts'
import { version } from './domain/version.ts'
import type { Engine, EngineHandle } from './engine/engine.ts'
import type { Memory } from './memory/memory.ts'
import type { Task, TaskContext, Workshop } from './tasks/task.ts'
import type { Workspace } from './workspace/workspace.ts'

/** Everything with a lifetime. Built once per process: per command, or per daemon. */
export interface Runtime {
  workspace: Workspace
  workshop: Workshop
  /** Null: no model was asked for, or none was found. */
  engine: EngineHandle | null
  /** Notes down which model is loaded, so that others can see it; returns how to take the note away. */
  recordEngine?(engine: Engine): Promise<() => Promise<void>>
  /** Opened on first use; null where nothing can be kept. */
  memory(): Promise<Memory | null>
  seed: number
  jobs: number | null
}

export interface RunOptions {
  runtime: Runtime
  signal: AbortSignal
  maxTime: number | null
  maxTokens: number | null
  /** False with `--no-cache`. */
  useCache: boolean
  baseline: Baseline | null
  /** The part of the files that the task was told to look at; the report says so. */
  shard?: Shard | undefined
  /** What was worth telling before the task began. */
  notices?: readonly Notice[]
  onEvent?: (event: AgentEvent) => void
}

/** The one road from a task to a report; the CLI, the daemon and the tests all take it. */
export async function runTask<Request>(task: Task<Request>, request: Request, options: RunOptions): Promise<Report> {
  const { runtime, signal, maxTime, maxTokens, useCache, baseline, shard, notices: early = [], onEvent = () => {} } = options
  const startedAt = performance.now()
  const budget = createBudget({ maxTime, maxTokens, signal })
  const meter = createMeter()
  const notices: Notice[] = []
  const planned = { questions: 0 }
  const engine = runtime.engine && openedOnce(runtime.engine, runtime)
  const context: TaskContext = {
    workspace: runtime.workspace,
    workshop: runtime.workshop,
    engine,
    cache: useCache ? lazyCache(runtime, (notice) => notices.push(notice)) : null,
    budget,
    signal,
    seed: runtime.seed,
    jobs: runtime.jobs,
    toolVersion: version,
    usage: meter.usage,
    count: meter.count,
    notice: (notice) => notices.push(notice),
    emit(event) {
      if (event.type === 'plan-ready') planned.questions = event.units
      onEvent(event)
    },
  }
  try {
    const { findings, ...result } = await task.run(request, context)
    signal.throwIfAborted()
    const report: Report = {
      schemaVersion: 1,
      tool: { name: 'coding-agent', version },
      task: task.name,
      ...result,
      findings: applyBaseline(identify(findings), baseline),
      engine: engineInfo(engine, runtime.seed),
      usage: meter.usage,
      timing: meter.timing(performance.now() - startedAt),
      notices: withoutRepeats([...(shard ? [shardNotice(shard, planned.questions)] : []), ...early, ...notices]),
    }
    if (useCache && report.findings.length > 0) await record(report, runtime)
    return report
  } finally {
    budget.close()
    await engine?.close()
  }
}

/** An engine that is opened at most once in a run, tells the name that it turned out to have, and ends with the run. */
function openedOnce(handle: EngineHandle, { recordEngine }: Pick<Runtime, 'recordEngine'>): EngineHandle & { close(): Promise<void> } {
  let opening: Promise<Engine> | undefined
  let opened: Engine | undefined
  let forget: (() => Promise<void>) | undefined
  const open = async (signal: AbortSignal): Promise<Engine> => {
    const engine = await handle.open(signal)
    forget = await recordEngine?.(engine)
    return engine
  }
  return {
    kind: handle.kind,
    ...(handle.place !== undefined && { place: handle.place }),
    prepare: () => handle.prepare?.(),
    get model() {
      return opened?.model ?? handle.model
    },
    get digest() {
      return opened?.digest ?? handle.digest
    },
    async open(signal) {
      opening ??= open(signal)
      opened = await opening
      return opened
    },
    async close() {
      const engine = await opening?.catch(() => undefined)
      await engine?.close()
      await forget?.()
    },
  }
}

/** A run that asks nothing opens no database, and one whose database fails goes on without it. */
function lazyCache({ memory }: Runtime, notice: (notice: Notice) => void): TaskContext['cache'] {
  let usable = true
  const attempt = async <Value>(use: (memory: Memory) => Value): Promise<Value | undefined> => {
    if (!usable) return undefined
    try {
      const opened = await memory()
      return opened === null ? undefined : use(opened)
    } catch (error) {
      usable = false
      const reason = error instanceof Error ? error.message : String(error)
      notice({
        code: 'CACHE_UNUSABLE',
        message: `Results are neither remembered nor recalled: ${reason}.`,
        hint: 'Remove the memory.db that `agent doctor` names.',
      })
      return undefined
    }
  }
  return {
    recall: (key) => attempt((opened) => opened.recall(key)),
    remember: async (key, value) => {
      await attempt((opened) => opened.remember(key, value))
    },
  }
}

/** So that a finding can be asked about by its id. A run is no worse for not being remembered. */
async function record(report: Report, { memory }: Runtime): Promise<void> {
  try {
    ;(await memory())?.recordRun(maskSecrets(report))
  } catch {
    // The cache has told of it, or will.
  }
}

function engineInfo(engine: EngineHandle | null, seed: number): Report['engine'] {
  return engine
    ? { kind: engine.kind, model: engine.model ?? '', digest: engine.digest, seed }
    : { kind: 'none', model: '', digest: null, seed }
}

/** Adds up what the replies of a run took. Speeds are of the time that requests were really under way. */
function createMeter() {
  const usage: ReportUsage = { requests: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, cacheHits: 0 }
  let firstTokenMs: number | null = null
  let promptMs = 0
  let answerMs = 0
  const count: TaskContext['count'] = ({ requests, usage: used, generation }) => {
    usage.requests += requests
    usage.inputTokens += used.inputTokens
    usage.cachedInputTokens += used.cachedInputTokens
    usage.outputTokens += used.outputTokens
    firstTokenMs ??= generation.firstTokenMs
    promptMs += generation.firstTokenMs
    answerMs += Math.max(0, generation.totalMs - generation.firstTokenMs)
  }
  const timing = (totalMs: number): Timing => ({
    totalMs: Math.round(totalMs),
    firstTokenMs: Math.round(firstTokenMs ?? 0),
    promptTokensPerSecond: perSecond(usage.inputTokens, promptMs),
    tokensPerSecond: perSecond(usage.outputTokens, answerMs),
  })
  return { usage, count, timing }
}

const perSecond = (count: number, milliseconds: number) => (milliseconds > 0 ? Math.round((count / milliseconds) * 10_000) / 10 : 0)

const withoutRepeats = (notices: readonly Notice[]) => [
  ...new Map(notices.map((notice) => [`${notice.code}\0${notice.message}`, notice])).values(),
]
