import { terminalLine } from '../domain/trust-terminal.ts'
import type { FitMachine } from '../engine/fit/fit-machine.ts'
import type { ModelFit } from '../engine/fit/fit-model.ts'
import { speedText } from '../engine/fit/recommend.ts'
import { formatBytes } from '../engine/models/format-bytes.ts'
import type { FitReport, FitRow } from './models-fit.ts'

const fitWords: Readonly<Record<ModelFit['fits'], string>> = {
  vram: 'on the GPU',
  'vram+ram': 'GPU and memory',
  ram: 'in memory',
  no: 'no',
}
const colours = { now: '32', later: '33', no: '31' } as const

/** The table for people: the machine, the models, and what to take. */
export function fitText({ machine, models, quants, recommendation }: FitReport, { color }: { color: boolean }): string {
  const isMeasured = models.some(({ measured }) => measured !== null)
  const head = ['', 'name', 'quant', 'size', 'fits', 'context', 'expected', ...(isMeasured ? ['measured'] : []), 'runs in']
  const rows = models.map((row) => ({ row, cells: cellsOf(row, isMeasured) }))
  const widths = head.map((name, index) => Math.max(name.length, ...rows.map(({ cells }) => cells[index]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  const best = models.find(({ isRecommended }) => isRecommended)
  return [
    ...machineLines(machine),
    '',
    paint('2', line(head), color),
    ...rows.map(({ row, cells }) => paint(colours[row.when ?? 'no'], line(cells), color)),
    ...models.flatMap(({ id, state, advice }) =>
      advice === null || (models.length > 1 && state === 'available') ? [] : [`  ${terminalLine(id)}: ${advice}.`],
    ),
    ...quantLines(quants),
    '',
    ...(recommendation === null ? [] : [`* ${paint('1', recommendation.id, color)}: ${recommendation.why}.`]),
    ...(best?.state === 'available' ? ['  `agent models pull` brings it here.'] : []),
    ...closing(models, machine),
    '',
  ].join('\n')
}

function cellsOf(row: FitRow, isMeasured: boolean): string[] {
  const { isRecommended, id, quant, bytes, isApproximate, fits, when, plan, expected, measured, backend } = row
  return [
    isRecommended ? '*' : row.state === 'available' ? '' : '✓',
    terminalLine(id),
    quant ?? '?',
    `${isApproximate ? '~' : ''}${formatBytes(bytes)}`,
    `${fitWords[fits]}${when === 'later' ? ', later' : ''}`,
    plan === null ? '' : `${thousands(plan.contextTokens)}${plan.parallel > 1 ? ` × ${plan.parallel}` : ''}`,
    expected === null ? '' : `${speedText(expected)}/s`,
    ...(isMeasured ? [measured === null ? '' : `${measured}/s`] : []),
    [backend ?? (fits === 'no' ? '' : 'nothing'), splitOf(row)].filter(Boolean).join(', '),
  ]
}

/** What stays in the memory of the machine, where that is a part of it. */
function splitOf({ fits, plan }: ModelFit): string {
  if (fits !== 'vram+ram' || plan === null) return (plan?.tensorSplit ?? []).length > 1 ? `layers ${plan?.tensorSplit?.join('/')}` : ''
  const experts = plan.nCpuMoe > 0 ? `experts of ${plan.nCpuMoe} layers in memory` : ''
  return experts === '' ? `${plan.nGpuLayers} layers on the GPU` : experts
}

function machineLines({ gpus, memory, bytesPerSecond, isBusy, library, hasServer }: FitMachine): string[] {
  const known = (isKnown: boolean, high: number) => (isKnown ? `, ${gigabytes(high)} GB/s` : ', bandwidth not known')
  const cards = gpus.map(
    ({ name, totalBytes, freeBytes, bandwidth }) =>
      `${terminalLine(name)} (${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}${known(bandwidth.isKnown, bandwidth.high)})`,
  )
  const runners = [
    library === null ? null : `the library (${library === 'source' ? 'built here' : 'prebuilt'})`,
    hasServer ? 'llama-server' : null,
  ]
  return [
    `memory    ${formatBytes(memory.availableBytes)} free of ${formatBytes(memory.totalBytes)}, moves ${gigabytes(bytesPerSecond)} GB/s${isBusy ? ' while other programs compute: less than it could be' : ''}`,
    `GPU       ${cards.join('; ') || 'none'}`,
    `runs in   ${runners.filter((runner) => runner !== null).join(', ') || 'nothing: see `agent doctor`'}`,
  ]
}

function quantLines(quants: FitReport['quants']): string[] {
  if (quants.length === 0) return []
  const lines = quants.map(
    ({ quant, bytes, fit }) =>
      `  ${quant.padEnd(8)}~${formatBytes(bytes).padEnd(9)}${fitWords[fit.fits]}${fit.when === 'later' ? ', later' : ''}${fit.expected === null ? '' : `, ${speedText(fit.expected)}/s`}`,
  )
  return ['', 'In other quantisations, where its repository has them:', ...lines]
}

function closing(models: readonly FitRow[], machine: FitMachine): string[] {
  const helped = machine.gpus.length > 0 && !machine.hasServer && models.some(({ advice }) => advice !== null)
  return [
    ...(helped && models.length > 1 ? ['Larger ones would use the GPU with a llama-server on the PATH: docs/llama-server.md.'] : []),
    'Expected: tokens a second of one answer, from bytes that a token reads and the bandwidth of where they lie; `--measure` runs what is installed (✓).',
    ...(models.some(({ when }) => when === 'later') ? ['Later: once other programs give back their memory.'] : []),
  ]
}

const gigabytes = (bytes: number) => Number((bytes / 1e9).toPrecision(2))

function thousands(tokens: number): string {
  return tokens < 1024 ? String(tokens) : `${Math.floor(tokens / 1024)}k`
}

function paint(code: string, text: string, color: boolean): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text
}
