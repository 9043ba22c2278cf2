import type { Config } from '../config/schema.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { jsonText } from '../domain/trust-json.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import type { FitMachine } from '../engine/fit/fit-machine.ts'
import { fitModel, type ModelFit } from '../engine/fit/fit-model.ts'
import { fittingQuants, type QuantFit } from '../engine/fit/fitting-quants.ts'
import { type ModelWeights, weightsOfEntry, weightsOfFile } from '../engine/fit/model-weights.ts'
import { type Recommendation, recommend } from '../engine/fit/recommend.ts'
import type { CatalogueEntry } from '../engine/models/catalogue.ts'
import type { ModelStore } from '../engine/models/model-store.ts'
import { readyModels, type StoredModel } from '../engine/models/stored-model.ts'
import { colorEnabled } from './color.ts'
import type { CommandContext } from './command.ts'
import { machineMemory } from './machine-memory.ts'

/** One model as `agent models fit` tells it. */
export interface FitRow extends ModelFit {
  id: string
  state: 'installed' | 'available' | 'file'
  quant: string | null
  bytes: number
  isApproximate: boolean
  goodFor: CatalogueEntry['goodFor'] | null
  isRecommended: boolean
  /** Tokens a second; null where it was not measured. */
  measured: number | null
}

export interface FitReport {
  machine: FitMachine
  models: readonly FitRow[]
  /** Of the one model that was asked about, where its own is one of the usual ones. */
  quants: readonly QuantFit[]
  recommendation: Recommendation | null
}

export interface FitPlace {
  store: ModelStore
  config: Config
  globals: { directory: string; color: boolean | undefined; quiet: boolean }
}

interface FitFlags {
  format: 'pretty' | 'json'
  measure?: boolean
}

/** Prints which models this machine can run, how, and how fast. */
export async function fitModels(
  reference: string | undefined,
  { format, measure = false }: FitFlags,
  { place, context }: { place: FitPlace; context: CommandContext },
): Promise<ExitCode> {
  const machine = await machineOf(place, context)
  const found = reference === undefined ? await reportOf(place.store, machine) : await reportOn(reference, place.store, machine)
  const report = measure ? { ...found, models: await measured(found.models, place, context) } : found
  const { stdout, environment } = context
  if (format === 'json') stdout.write(jsonText({ schemaVersion: 1, ...report }))
  else {
    const { fitText } = await import('./models-fit-text.ts')
    stdout.write(fitText(report, { color: colorEnabled(stdout, environment, place.globals.color) }))
  }
  return exitCodes.clean
}

/** The model of the catalogue that this machine should begin with. Throws where none fits. */
export async function recommendedModel(place: FitPlace, context: CommandContext): Promise<Recommendation & { bytes: number }> {
  const { recommendation, models } = await reportOf(place.store, await machineOf(place, context))
  if (recommendation !== null) return { ...recommendation, bytes: models.find(({ isRecommended }) => isRecommended)?.bytes ?? 0 }
  throw new AppError('MODEL_UNKNOWN', 'No model of the catalogue fits into the memory of this machine.', {
    hint: 'See `agent models fit`, or use a server with --base-url.',
  })
}

async function machineOf({ config }: FitPlace, { environment, signal }: CommandContext): Promise<FitMachine> {
  const { examineMachine } = await import('../engine/fit/examine-machine.ts')
  const { gpu, server } = config.engine
  return examineMachine({ environment, memory: machineMemory(), mayUseGpu: gpu !== 'none', server, signal })
}

/** Everything that is installed or known, in the order of the catalogue, what it does not know first. */
export async function reportOf(store: ModelStore, machine: FitMachine): Promise<FitReport> {
  const installed = readyModels(await store.list())
  const own = installed.filter(({ id }) => store.catalogue.every((entry) => entry.id !== id))
  const rows = await Promise.all([
    ...own.map((model) => installedRow(model, undefined, machine)),
    ...store.catalogue.map((entry) => {
      const model = installed.find(({ id }) => id === entry.id)
      return model === undefined ? availableRow(entry, machine) : installedRow(model, entry, machine)
    }),
  ])
  const recommendation = recommend(
    store.catalogue.flatMap((entry) => rows.filter(({ id }) => id === entry.id).map((fit) => ({ entry, fit }))),
  )
  return { machine, models: rows.map((row) => ({ ...row, isRecommended: row.id === recommendation?.id })), quants: [], recommendation }
}

/** One model, whether it is installed, a file, or of the catalogue. */
export async function reportOn(reference: string, store: ModelStore, machine: FitMachine): Promise<FitReport> {
  const resolved = await store.resolve(reference)
  const found = { machine, quants: [], recommendation: null }
  if (resolved.kind === 'file') {
    const fit = fitModel(await weightsOfFile(resolved.path, resolved.bytes), machine)
    const row = { id: reference, state: 'file' as const, quant: null, bytes: resolved.bytes, isApproximate: false, goodFor: null }
    return { ...found, models: [{ ...row, ...fit, isRecommended: false, measured: null }] }
  }
  const entry = store.catalogue.find(({ id }) => id === (resolved.kind === 'stored' ? resolved.model.id : resolved.wish.entry?.id))
  if (resolved.kind === 'stored') {
    const models = [await installedRow(resolved.model, entry, machine)]
    return { ...found, models, quants: entry === undefined ? [] : fittingQuants(entry, machine) }
  }
  if (entry === undefined)
    throw new AppError('MODEL_UNKNOWN', `How large ${reference} is can only be said once it is here.`, {
      hint: 'Pull it first, or name a model of `agent models list`.',
    })
  return { ...found, models: [availableRow(entry, machine)], quants: fittingQuants(entry, machine) }
}

function availableRow(entry: CatalogueEntry, machine: FitMachine): FitRow {
  const row = { id: entry.id, state: 'available' as const, quant: entry.quant, isApproximate: !entry.verified, goodFor: entry.goodFor }
  return rowOf(row, weightsOfEntry(entry), machine)
}

async function installedRow({ id, path, bytes }: StoredModel, entry: CatalogueEntry | undefined, machine: FitMachine): Promise<FitRow> {
  const row = { id, state: 'installed' as const, quant: entry?.quant ?? null, isApproximate: false, goodFor: entry?.goodFor ?? null }
  try {
    return rowOf(row, await weightsOfFile(path, bytes), machine)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // One file that cannot be read is no reason to say nothing about the others.
    const nothing = { fits: 'no', when: null, backend: null, plan: null, expected: null } as const
    return { ...row, ...nothing, bytes, advice: error.message.replace(/\.$/, ''), isRecommended: false, measured: null }
  }
}

type Told = Pick<FitRow, 'id' | 'state' | 'quant' | 'isApproximate' | 'goodFor'>

function rowOf(row: Told, weights: ModelWeights, machine: FitMachine): FitRow {
  return { ...row, bytes: weights.bytes, ...fitModel(weights, machine), isRecommended: false, measured: null }
}

/** Runs what is here and fits, one after the other. What does not run is told, and keeps the others from nothing. */
async function measured(rows: readonly FitRow[], place: FitPlace, context: CommandContext): Promise<FitRow[]> {
  const { stderr, signal } = context
  const tell = (sentence: string) => place.globals.quiet || void stderr.write(`${terminalLine(sentence)}\n`)
  const here = rows.filter(({ state, when }) => state !== 'available' && when !== null)
  if (here.length === 0) tell('No model that fits is installed, so there is nothing to measure.')
  const speeds = new Map<string, number | null>()
  for (const { id } of here) {
    tell(`Measuring ${id} …`)
    const { measureSpeed } = await import('./measure-speed.ts')
    const speed = await measureSpeed(id, place, context).catch((error: unknown) => {
      signal.throwIfAborted()
      tell(`${id} could not be measured: ${error instanceof Error ? error.message : String(error)}`)
      return null
    })
    speeds.set(id, speed)
  }
  return rows.map((row) => ({ ...row, measured: speeds.get(row.id) ?? null }))
}
