import { terminalLine } from '../domain/trust-terminal.ts'
import { formatBytes } from '../engine/models/format-bytes.ts'
import type { BenchReport, EngineFigures } from '../tasks/bench/bench-report.ts'
import { benchRows, ratioText, remarksOf } from './bench-rows.ts'

/** The measurements for a person at a terminal: the answer first. */
export function benchText(report: BenchReport, { color }: { color: boolean }): string {
  const { engines, ratios, goal, summary, machine, completeness, notices } = report
  const paint = (code: string, text: string) => (color ? `\u001B[${code}m${text}\u001B[0m` : text)
  const rows = benchRows(engines, ratios)
  const head = engines.length > 1 ? [[' ', ...engines.map(shortName), 'ratio']] : []
  const lines = [...head, ...rows.map(({ title, values, ratio }) => [title, ...values, ...(ratio ? [ratioText(ratio)] : [])])]
  const widths = [0, 1, 2].map((column) => Math.max(0, ...lines.map((cells) => cells[column]?.length ?? 0)))
  const table = lines.map((cells) => {
    const [title = '', ...rest] = cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
    return `  ${paint('2', title)}  ${rest.join('  ')}`
  })
  const verdict = goal.isMet === null ? '33' : goal.isMet ? '1;32' : '1;33'
  return [
    paint('1', engines.map(longName).join(' against ')),
    paint('2', terminalLine(`${machine.processor}, ${machine.cores} cores, ${formatBytes(machine.memoryBytes)}, ${machine.platform}`)),
    '',
    ...table,
    '',
    paint(verdict, summary),
    ...remarksOf(engines).map(terminalLine),
    ...(completeness === 'partial' ? ['The time was up before everything was measured; --max-time gives it longer.'] : []),
    ...notices.map(({ message, hint }) => terminalLine(`${message} ${hint}`.trim())),
    '',
  ].join('\n')
}

function longName({ model, computesOn, library, place, parallel }: EngineFigures): string {
  const where = [computesOn, library, place, `${parallel} at once`].filter((part) => part !== null)
  return terminalLine(`${model} (${where.join('; ')})`)
}

const shortName = ({ kind, place }: EngineFigures) => terminalLine(place ?? kind).slice(0, 40)
