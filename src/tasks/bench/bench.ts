import type { Engine, EngineHandle } from '../../engine/engine.ts'
import type { BenchReport, EngineFigures } from './bench-report.ts'
import { makePrompts } from './bench-prompts.ts'
import { figuresOf, ratiosOf } from './figures.ts'
import { memoryBelow } from './process-memory.ts'
import { emptySamples, type SamplePlan, type SampleTarget, takeSamples } from './take-samples.ts'

export interface BenchOptions {
  /** The engine, and the server that it is measured against. */
  handles: readonly [EngineHandle, ...EngineHandle[]]
  plan: SamplePlan
  goalMs: number
  /** Keeps cold prompts cold on a server that remembers those of an earlier run. */
  nonce: string
  /** Whose children the engine's processes are. */
  pid: number
  /** The user's interruption; it is thrown. */
  signal: AbortSignal
  /** When time is up, what was measured until then is the result. */
  timeUp: AbortSignal
  onStep(step: { what: string; done: number; all: number }): void
}

export type BenchFindings = Pick<BenchReport, 'completeness' | 'summary' | 'goal' | 'engines' | 'ratios' | 'notices'>

interface OpenTarget extends SampleTarget {
  place: string | null
  loadMs: number
}

/** Measures how fast a model answers here, and closes what it opened. */
export async function bench(options: BenchOptions): Promise<BenchFindings> {
  const { handles, plan, goalMs, nonce, signal, timeUp, onStep } = options
  const limited = AbortSignal.any([signal, timeUp])
  const targets: OpenTarget[] = []
  const memory: EngineFigures['memory'] = { residentBytes: null, gpuBytes: null }
  let completeness: BenchReport['completeness'] = 'complete'
  try {
    for (const handle of handles) targets.push(await open(handle, { signal: limited, onStep }))
    const prompts = await makePrompts(
      targets.map(({ engine }) => engine),
      { tokens: plan.tokens, nonce },
    )
    await takeSamples(targets, { prompts, plan, signal: limited, onStep }).catch((error: unknown) => {
      if (!timeUp.aborted || signal.aborted) throw error
      completeness = 'partial'
    })
    const asksGpu = targets.some(({ engine }) => computesOn(engine)?.startsWith('cpu') === false)
    if (targets[0]?.engine.kind === 'local') Object.assign(memory, await memoryBelow(options.pid, { asksGpu }))
  } finally {
    await Promise.all(targets.map(({ engine }) => engine.close()))
  }
  const engines = targets.map((target, index) => figures(target, { plan, memory: index === 0 ? memory : nothingKnown }))
  const [ours, theirs] = targets
  const goal = goalOf(engines[0], { goalMs, tokens: plan.tokens })
  return {
    completeness,
    summary: summaryOf(goal),
    goal,
    engines,
    ratios: ours && theirs ? ratiosOf(ours, theirs, plan.tokens) : [],
    notices: targets.flatMap(({ engine }) => engine.notices.map(({ code, message, hint }) => ({ code, message, hint }))),
  }
}

const nothingKnown: EngineFigures['memory'] = { residentBytes: null, gpuBytes: null }

async function open(handle: EngineHandle, { signal, onStep }: Pick<BenchOptions, 'signal' | 'onStep'>): Promise<OpenTarget> {
  onStep({ what: `loading ${handle.model ?? handle.place ?? 'the model'}`, done: 0, all: 0 })
  const startedAt = performance.now()
  const engine = await handle.open(signal)
  return { engine, place: handle.place ?? null, loadMs: Math.round(performance.now() - startedAt), samples: emptySamples() }
}

function figures(target: OpenTarget, { plan, memory }: { plan: SamplePlan; memory: EngineFigures['memory'] }): EngineFigures {
  const { engine, place, loadMs } = target
  const { kind, model, contextTokens, parallel } = engine
  const library = backendOf(engine)?.library ?? null
  return {
    kind,
    model,
    place,
    computesOn: computesOn(engine),
    library,
    contextTokens,
    parallel,
    loadMs,
    ...figuresOf(target, plan.tokens),
    memory,
  }
}

interface Backend {
  name: string
  devices: readonly string[]
  threads: number
  library: string
}

/** Engines of this machine say what they compute on. */
const backendOf = (engine: Engine & { readonly backend?: Backend }): Backend | null => engine.backend ?? null

function computesOn(engine: Engine): string | null {
  const backend = backendOf(engine)
  if (backend === null) return null
  const { name, devices, threads } = backend
  return name === 'cpu' ? `cpu, ${threads} thread${threads === 1 ? '' : 's'}` : `${name}, ${devices.join(' and ') || 'unnamed'}`
}

function goalOf(ours: EngineFigures | undefined, { goalMs, tokens }: { goalMs: number; tokens: number }): BenchReport['goal'] {
  const p95Ms = ours?.reply?.ms.p95 ?? null
  return { replyTokens: tokens, ms: goalMs, p95Ms, isMet: p95Ms === null ? null : p95Ms <= goalMs }
}

function summaryOf({ replyTokens, ms, p95Ms, isMet }: BenchReport['goal']): string {
  const question = `a reply of ${replyTokens} tokens within ${ms} ms, 95 times of 100`
  if (p95Ms === null) return `Not measured: ${question}.`
  const factor = p95Ms / ms
  const howFar = isMet ? '' : `, ${factor >= 10 ? Math.round(factor) : factor.toFixed(1)} times as long`
  return `${isMet ? 'Yes' : 'No'}: ${question}; it takes ${p95Ms < 10_000 ? `${Math.round(p95Ms)} ms` : `${(p95Ms / 1000).toFixed(1)} s`} here${howFar}.`
}
