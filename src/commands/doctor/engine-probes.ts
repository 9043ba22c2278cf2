import type { EngineChoice } from '../../engine/choose-engine.ts'
import { formatBytes } from '../../engine/models/format-bytes.ts'
import { fitOf, memoryNeed, memoryNeedOf } from '../../engine/models/memory-need.ts'
import { type Answer, ok, type Probe, problem, type Surroundings, warning } from './probe.ts'

const getModel = 'Run `agent models list` and `agent models pull <name>`, or name a server with --base-url.'

/** Who would answer, and why that one. */
export const engineProbe: Probe = {
  name: 'engine',
  deadlineMs: 5000,
  async examine(surroundings) {
    const choice = await surroundings.engine()
    const { use } = surroundings.config.engine
    if (choice.kind === 'failed') return problem(choice.error.message, choice.error.hint ?? getModel)
    if (choice.kind === 'engine') return ok(`${nameOf(choice)}: ${reasonFor(choice, surroundings)}`)
    if (use === 'none') return ok('none, as configured: a review runs its checks only')
    return warning('none: no endpoint is configured and no model is installed, so a review runs its checks only', getModel)
  },
}

function nameOf({ handle }: Extract<EngineChoice, { kind: 'engine' }>): string {
  if (handle.kind === 'local') return `local model ${handle.model || '(named by its file)'}`
  return handle.model ? `${handle.kind}, model ${handle.model}` : `${handle.kind}, whatever model it serves`
}

function reasonFor({ handle }: Extract<EngineChoice, { kind: 'engine' }>, { config, configuration }: Surroundings): string {
  const origin = (path: string) => (configuration.kind === 'read' ? (configuration.origins.get(path) ?? 'default') : 'default')
  const { use, model } = config.engine
  if (use !== 'auto') return `engine.use is ${use} (${origin('engine.use')})`
  if (handle.kind === 'endpoint') return `engine.baseUrl is set (${origin('engine.baseUrl')})`
  if (model !== null) return `no endpoint is configured, and engine.model names it (${origin('engine.model')})`
  return 'no endpoint is configured, and it is the installed model that was added last'
}

/** Whether the native library starts here, and on what it computes. */
export const backendProbe: Probe = {
  name: 'local engine',
  deadlineMs: 30_000,
  async examine(surroundings) {
    const isNeeded = await usesLocal(surroundings)
    const { gpu } = surroundings.config.engine
    try {
      const { name, devices, vramBytes, threads, library } = await surroundings.backend()
      const memory = vramBytes === null ? '' : ` with ${formatBytes(vramBytes)}`
      const found = `${name}${devices.length > 0 ? ` on ${devices.join(', ')}${memory}` : ''}, ${threads} threads; ${library}`
      if (gpu === 'auto' || gpu === 'none' || gpu === name) return ok(found)
      return severe(isNeeded, `${found}; engine.gpu asks for ${gpu}`, `Install what ${gpu} needs, or set engine.gpu to auto.`)
    } catch (error) {
      const hint = typeof error === 'object' && error !== null && 'hint' in error && typeof error.hint === 'string' ? error.hint : null
      return severe(isNeeded, error instanceof Error ? error.message : String(error), hint ?? 'Use an endpoint with --base-url instead.')
    }
  },
}

/** Whether the chosen model fits into what this machine has. */
export const memoryProbe: Probe = {
  name: 'memory',
  deadlineMs: 30_000,
  async examine(surroundings) {
    const { memory, config } = surroundings
    const { availableBytes, totalBytes } = memory
    const free = `${formatBytes(availableBytes)} free of ${formatBytes(totalBytes)}`
    const need = await needOf(surroundings)
    if (need === null) return ok(free)
    const found = `the model needs about ${formatBytes(need)}; ${free}`
    const fit = fitOf(need, memory)
    if (fit === 'yes') return ok(found)
    const vramBytes = config.engine.gpu === 'none' ? 0 : ((await surroundings.backend().catch(() => null))?.vramBytes ?? 0)
    const all = vramBytes > 0 ? `${found}, and ${formatBytes(vramBytes)} on the GPU` : found
    if (need <= vramBytes) return ok(all)
    if (fit === 'tight') return warning(all, 'Close other programs before a review, or choose a smaller model with `agent models list`.')
    if (need <= vramBytes + availableBytes)
      return warning(`${all}: it fits only in both together, and is slower for that`, 'Choose a smaller model for speed.')
    return problem(all, 'Choose a smaller model with `agent models list`.')
  },
}

async function needOf(surroundings: Surroundings): Promise<number | null> {
  if (!(await usesLocal(surroundings))) return null
  const store = await surroundings.openStore()
  const { model } = surroundings.config.engine
  const preferred = model === null ? await store.preferred() : undefined
  if (preferred !== undefined) return memoryNeedOf(preferred, store.catalogue)
  if (model === null) return null
  const resolved = await store.resolve(model)
  if (resolved.kind === 'stored') return memoryNeedOf(resolved.model, store.catalogue)
  return resolved.kind === 'file' ? memoryNeed(resolved.bytes) : (resolved.wish.entry?.memoryBytes ?? null)
}

async function usesLocal({ engine, config }: Surroundings): Promise<boolean> {
  if (config.engine.use === 'local') return true
  const choice = await engine().catch(() => null)
  return choice?.kind === 'engine' && choice.handle.kind === 'local'
}

const severe = (isNeeded: boolean, found: string, remedy: string): Answer => (isNeeded ? problem(found, remedy) : warning(found, remedy))
