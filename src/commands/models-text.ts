import { terminalLine } from '../domain/trust-terminal.ts'
import type { LoadedModel } from '../engine/engine-records.ts'
import type { CatalogueEntry } from '../engine/models/catalogue.ts'
import { formatBytes } from '../engine/models/format-bytes.ts'
import { type Fit, fitOf, type MachineMemory, memoryNeedOf } from '../engine/models/memory-need.ts'
import type { StoreEntry } from '../engine/models/stored-model.ts'

/** One model as `agent models list` tells it, installed or not. */
export interface ModelRow {
  id: string
  title: string | null
  state: 'ready' | 'damaged' | 'partial' | 'available'
  bytes: number | null
  /** True for sizes that pages about the model give, which are rounded. */
  isApproximate: boolean
  contextTokens: number | null
  licence: string | null
  memoryBytes: number | null
  fits: Fit | null
  verified: boolean
  source: string | null
  digest: string | null
  scores: CatalogueEntry['scores']
  note: string | null
}

interface ListedModels {
  entries: readonly StoreEntry[]
  catalogue: readonly CatalogueEntry[]
  memory: MachineMemory
}

/** What is installed, then what could be. */
export function modelRows({ entries, catalogue, memory }: ListedModels): ModelRow[] {
  const installed = new Set(entries.filter(({ state }) => state === 'ready').map(({ id }) => id))
  return [
    ...entries.map((entry) => installedRow(entry, { catalogue, memory })),
    ...catalogue.filter(({ id }) => !installed.has(id)).map((entry) => availableRow(entry, memory)),
  ]
}

function installedRow(entry: StoreEntry, { catalogue, memory }: Pick<ListedModels, 'catalogue' | 'memory'>): ModelRow {
  const known = catalogue.find(({ id }) => id === entry.id)
  const nothing = {
    contextTokens: null,
    licence: null,
    memoryBytes: null,
    fits: null,
    source: null,
    digest: null,
    bytes: null,
    scores: [],
    verified: false,
  }
  const base = { ...nothing, id: entry.id, title: known?.title ?? null, state: entry.state, isApproximate: false, note: null }
  if (entry.state === 'partial') return { ...base, bytes: entry.bytes, note: 'its download has not ended; pull it again and it goes on' }
  if (entry.state === 'damaged') return { ...base, note: entry.reason }
  const { bytes, digest, manifest } = entry.model
  const memoryBytes = memoryNeedOf(entry.model, catalogue)
  const { source, contextTokens, licence } = manifest
  return {
    ...base,
    bytes,
    digest,
    contextTokens,
    licence,
    memoryBytes,
    fits: fitOf(memoryBytes, memory),
    source: source.kind === 'hub' ? `${source.endpoint}/${source.repository}` : source.path,
    verified: manifest.checked,
  }
}

function availableRow(entry: CatalogueEntry, memory: MachineMemory): ModelRow {
  const { id, title, repository, licence, contextTokens, approximateBytes, memoryBytes, verified, scores, note } = entry
  const sizes = entry.files.map(({ bytes }) => bytes)
  const exact = sizes.length > 0 && !sizes.includes(null) ? sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0) : null
  const size = { bytes: exact ?? approximateBytes, isApproximate: exact === null }
  const fits = fitOf(memoryBytes, memory)
  return {
    id,
    title,
    state: 'available',
    ...size,
    contextTokens,
    licence: licence.name,
    memoryBytes,
    fits,
    verified,
    source: repository,
    digest: null,
    scores,
    note,
  }
}

const columns = ['name', 'size', 'context', 'licence', 'memory', 'fits here'] as const
const fitWords: Readonly<Record<Fit, string>> = { yes: 'yes', tight: 'when other programs end', no: 'no' }
const fitColours: Readonly<Record<Fit, string>> = { yes: '32', tight: '33', no: '31' }

/** The list for people: two tables under each other, aligned with one another. */
export function modelsTable(rows: readonly ModelRow[], { directory, color }: { directory: string; color: boolean }): string {
  const cells = rows.map((row) => ({ row, texts: cellsOf(row) }))
  const widths = columns.map((name, index) => Math.max(name.length, ...cells.map(({ texts }) => texts[index]?.length ?? 0)))
  const lineOf = ({ row, texts }: (typeof cells)[number]) => {
    if (row.state === 'damaged' || row.state === 'partial') {
      const size = row.bytes === null ? '' : `${formatBytes(row.bytes)}, `
      return `  ${row.id.padEnd(widths[0] ?? 0)}  ${paint('33', `${row.state}: ${size}${terminalLine(row.note ?? '')}`, color)}`
    }
    const padded = texts.map((text, index) => text.padEnd(widths[index] ?? 0))
    const fit = row.fits === null ? '' : paint(fitColours[row.fits], fitWords[row.fits], color)
    return `  ${[...padded.slice(0, -1), fit].join('  ')}`.trimEnd()
  }
  const head = paint('2', `  ${columns.map((name, index) => name.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd(), color)
  const installed = cells.filter(({ row }) => row.state !== 'available').map(lineOf)
  const available = cells.filter(({ row }) => row.state === 'available').map(lineOf)
  return [
    paint('1', `Installed in ${terminalLine(directory)}`, color),
    ...(installed.length > 0 ? [head, ...installed] : ['  none yet']),
    '',
    paint('1', 'Catalogue: `agent models pull <name>` brings one here', color),
    ...(available.length > 0 ? [head, ...available] : ['  everything is installed']),
    '',
    `Sizes with ~ are as pages about the model give them; memory is for weights and 8k tokens of context.`,
    '',
  ].join('\n')
}

/** What is loaded at the moment, where, and since when. Empty where nothing is. */
export function loadedTable(loaded: readonly LoadedModel[], { color, now }: { color: boolean; now: number }): string {
  if (loaded.length === 0) return ''
  const lines = loaded.map(({ pid, model, backend, contextTokens, parallel, memoryBytes, since }) => {
    const context = `${tokensOf(contextTokens)} tokens${parallel > 1 ? ` × ${parallel}` : ''}`
    const memory = memoryBytes === null ? '' : `, ${formatBytes(memoryBytes)} besides the weights`
    const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / 60_000))
    return `  ${terminalLine(model)}  ${terminalLine(backend)}; ${context}${memory}; process ${pid}, for ${minutes} min`
  })
  return `\n${paint('1', 'Loaded now', color)}\n${lines.join('\n')}\n`
}

function cellsOf({ id, bytes, isApproximate, contextTokens, licence, memoryBytes, fits }: ModelRow): string[] {
  return [
    id,
    bytes === null ? '?' : `${isApproximate ? '~' : ''}${formatBytes(bytes)}`,
    contextTokens === null ? '?' : tokensOf(contextTokens),
    terminalLine(licence ?? '?').slice(0, 30),
    memoryBytes === null ? '?' : formatBytes(memoryBytes),
    fits === null ? '?' : fitWords[fits],
  ]
}

function tokensOf(tokens: number): string {
  return tokens < 1000 ? String(tokens) : `${Math.floor(tokens / 1000)}k`
}

function paint(code: string, text: string, color: boolean): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text
}
