import { AppError } from '../../domain/errors.ts'
import type { Report } from '../../domain/report.ts'
import type { CommandContext } from '../command.ts'
import type { TaskSession } from '../task-session.ts'
import type { BatchProgress } from './batch-progress.ts'
import { inSeconds } from './batch-progress.ts'
import { type BatchTask, isWhole } from './batch-task.ts'
import type { BatchUnit } from './list-units.ts'
import type { SharedEngine } from './shared-engine.ts'
import { announcingWorkshop } from './take-back.ts'
import type { UnitResult, UnitStore } from './unit-store.ts'

/** What became of a unit; one that was not begun has none. */
export type UnitEnding = { unit: BatchUnit; kind: 'done'; result: UnitResult } | { unit: BatchUnit; kind: 'failed'; error: AppError }

interface BatchLimits {
  /** From `performance.now()`: when nothing more is begun, and what runs has to end. */
  deadline: number
  /** Tokens of all units together; null: no limit. */
  maxTokens: number | null
  /** Units at once. */
  workers: number
  failFast: boolean
}

interface Running {
  task: BatchTask
  session: TaskSession
  store: UnitStore | null
  engine: SharedEngine | null
  limits: BatchLimits
  useCache: boolean
  progress: BatchProgress
  signal: CommandContext['signal']
}

/** Failures in a row of one kind after which the next unit would fail as well. */
const hopeless = 3

/** Runs units side by side, in order. One that fails does not stop the others; the end of the time or of the tokens does. */
export async function runUnits(units: readonly BatchUnit[], running: Running): Promise<UnitEnding[]> {
  const { limits, signal } = running
  const endings: UnitEnding[] = []
  const queue = units.values()
  let spent = 0
  const mayGoOn = () =>
    performance.now() < limits.deadline &&
    (limits.maxTokens === null || spent < limits.maxTokens) &&
    !(limits.failFast && endings.some(isFailed)) &&
    !isHopeless(endings)
  const work = async () => {
    while (mayGoOn()) {
      signal.throwIfAborted()
      const { value: unit, done } = queue.next()
      if (done) return
      const ending = await runUnit(unit, { ...running, tokensLeft: limits.maxTokens === null ? null : limits.maxTokens - spent })
      if (ending.kind === 'done') spent += ending.result.report.usage.inputTokens + ending.result.report.usage.outputTokens
      endings.push(ending)
    }
  }
  // All of them end before the engine is closed, also where one of them is interrupted.
  const ended = await Promise.allSettled(Array.from({ length: Math.min(limits.workers, units.length) }, work))
  for (const worker of ended) if (worker.status === 'rejected') throw worker.reason
  return endings
}

const isFailed = ({ kind }: UnitEnding) => kind === 'failed'

/** Such as a server that is gone: it would be asked in vain for each of the others. */
function isHopeless(endings: readonly UnitEnding[]): boolean {
  const codes = endings.slice(-hopeless).map((ending) => (ending.kind === 'failed' ? ending.error.code : failureOf(ending.result.report)))
  const [code] = codes
  return (
    codes.length === hopeless &&
    code !== undefined &&
    /^ENGINE_|^MODEL_|^SANDBOX_|^DISK_/.test(code) &&
    codes.every((other) => other === code)
  )
}

/** A review tells of an engine that answered nothing, and ends. */
const failureOf = ({ notices }: Report) => notices.find(({ code }) => /^ENGINE_(?!.*REPLACED)/.test(code))?.code

async function runUnit(unit: BatchUnit, running: Running & { tokensLeft: number | null }): Promise<UnitEnding> {
  const { store, progress, signal } = running
  const startedAt = performance.now()
  progress.start(unit.name)
  try {
    await store?.begin(unit)
    const result = await resultOf(unit, running)
    await store?.end(unit, result)
    progress.end(unit.name, `${result.report.summary} (${inSeconds(performance.now() - startedAt)})`, !isWhole(result.report))
    return { unit, kind: 'done', result }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    progress.end(unit.name, error.message, true)
    return { unit, kind: 'failed', error }
  }
}

async function resultOf(
  unit: BatchUnit,
  { task, session, store, engine, limits, useCache, signal, tokensLeft }: Running & { tokensLeft: number | null },
) {
  const planned = { questions: 0 }
  const { runtime } = session
  const own = await task.report(unit.paths, session, {
    runtime: {
      ...runtime,
      engine: engine?.forUnit() ?? null,
      workshop: announcingWorkshop(runtime.workshop, (applied) => store?.willApply(unit, applied)),
      jobs: limits.workers > 1 ? 1 : runtime.jobs,
    },
    signal,
    maxTime: Math.max(1, Math.floor(Math.min(task.maxTime, limits.deadline - performance.now()))),
    maxTokens: tokensLeft,
    useCache,
    baseline: null,
    onEvent(event) {
      if (event.type === 'plan-ready') planned.questions = event.units
    },
  })
  return { ...own, ...planned }
}
