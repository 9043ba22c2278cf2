import { markdownLine, markdownText } from '../domain/trust-markdown.ts'
import { formatBytes } from '../engine/models/format-bytes.ts'
import type { BenchReport, EngineFigures } from '../tasks/bench/bench-report.ts'
import { benchRows, ratioText, remarksOf } from './bench-rows.ts'

/** The measurements as a table for a page or an issue. */
export function benchMarkdown({ engines, ratios, summary, machine, completeness, tool }: BenchReport): string {
  const isCompared = engines.length > 1
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const { processor, cores, memoryBytes, platform, node } = machine
  return [
    markdownText(summary),
    '',
    row(['', ...engines.map(nameOf), ...(isCompared ? ['ratio'] : [])]),
    row(['---', ...engines.map(() => '---:'), ...(isCompared ? ['---:'] : [])]),
    ...benchRows(engines, ratios).map(({ title, values, ratio }) =>
      row([title, ...values, ...(isCompared ? [ratio ? ratioText(ratio) : ''] : [])]),
    ),
    '',
    ...remarksOf(engines).flatMap((text) => [markdownText(text), '']),
    ...(completeness === 'partial' ? ['The time was up before everything was measured.', ''] : []),
    markdownText(`${processor}, ${cores} cores, ${formatBytes(memoryBytes)}, ${platform}, Node ${node}, coding-agent ${tool.version}.`),
    '',
  ].join('\n')
}

const nameOf = ({ model, computesOn, library, place }: EngineFigures) =>
  markdownLine([model, computesOn, library, place].filter((part) => part !== null).join(', ')).replaceAll('|', '\\|')
