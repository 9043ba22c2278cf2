import type { Hunk } from '../../domain/change.ts'
import { plural } from '../../domain/plural.ts'
import { estimateTokens } from '../../domain/tokens.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import { riskOf } from '../review/risk.ts'
import type { FileFacts } from './facts.ts'
import { headline, nameOf, statusOf, symbolText } from './summary.ts'

/** Tokens of a whole change, whatever its size: a small model reads no more of it with attention. */
const maxTokens = 2000
/** For what stands between the parts. */
const margin = 20
const shares = { files: 600, symbols: 500 } as const
const maxHunkLines = 24
const maxLineLength = 200

/**
 * A change as the model is shown it: every file that fits with its counts, the symbols that changed, and of the lines the most telling
 * ones. The same change always gives the same text.
 */
export function condense(files: readonly FileFacts[]): string {
  const ranked = files.toSorted((one, other) => weightOf(other) - weightOf(one))
  const parts = [headline(files), fileList(ranked), symbolList(ranked)].filter((part) => part !== '')
  const left = maxTokens - estimateTokens(parts.join('\n\n')) - margin
  const lines = tellingLines(ranked, left)
  return [...parts, ...(lines === '' ? [] : [lines])].join('\n\n')
}

const weights = { source: 100, test: 40, build: 30, ci: 30, docs: 20, settings: 20, generated: -1000 } as const

/** What says most about a change comes first; of equals, git's order stays. */
const weightOf = ({ file, role }: FileFacts) => weights[role] + (file.kind === 'text' ? riskOf(file) : 0)

function fileList(ranked: readonly FileFacts[]): string {
  const rows = ranked.map((facts) => `${statusOf(facts.file)} ${nameOf(facts)}`)
  const kept = fitting(rows, shares.files)
  const left = ranked.slice(kept.length)
  if (left.length === 0) return kept.join('\n')
  const folders = Map.groupBy(left, ({ file }) => file.path.split('/').slice(0, 2).slice(0, -1).join('/') || '.')
  const largest = [...folders].toSorted(([, one], [, other]) => other.length - one.length).slice(0, 6)
  const where = largest.map(([folder, group]) => `${terminalLine(folder).slice(0, 60)} (${group.length})`).join(', ')
  return [...kept, `and ${plural(left.length, 'more file')}: ${where}`].join('\n')
}

function symbolList(ranked: readonly FileFacts[]): string {
  const rows = ranked.flatMap(({ file, symbols }) => {
    const text = symbolText(symbols, 6)
    return text === '' ? [] : [`${terminalLine(file.path)}: ${text}`]
  })
  return fitting(rows, shares.symbols).join('\n')
}

/** Hunks in turns: the first of each file, then the second of each, until there is no room. */
function tellingLines(ranked: readonly FileFacts[], tokens: number): string {
  const shown = ranked.filter(({ file, role }) => role !== 'generated' && file.hunks.length > 0)
  const rounds = Math.max(0, ...shown.map(({ file }) => file.hunks.length))
  const blocks: { path: string; text: string }[] = []
  let left = tokens
  for (let round = 0; round < rounds && left > 40; round++) {
    for (const { file } of shown) {
      const hunk = file.hunks[round]
      const text = hunk && hunkText(hunk, Math.min(left, round === 0 && shown.length > 1 ? Math.max(120, Math.floor(tokens / 4)) : left))
      if (!text) continue
      left -= estimateTokens(text) + estimateTokens(file.path) + 4
      if (left < 0) break
      blocks.push({ path: file.path, text })
    }
  }
  const byFile = Map.groupBy(blocks, ({ path }) => path)
  return [...byFile].map(([path, group]) => `--- ${terminalLine(path)}\n${group.map(({ text }) => text).join('\n…\n')}`).join('\n')
}

const signs = { added: '+', removed: '-', context: ' ' } as const

function hunkText({ lines }: Hunk, tokens: number): string {
  const telling = lines.filter(({ kind, text }) => kind !== 'context' || text.trim() !== '')
  return fitting(
    telling.slice(0, maxHunkLines).map(({ kind, text }) => `${signs[kind]}${terminalLine(text.slice(0, maxLineLength).trimEnd())}`),
    tokens,
  ).join('\n')
}

/** As many rows as fit. */
function fitting(rows: readonly string[], tokens: number): readonly string[] {
  let left = tokens
  const end = rows.findIndex((row) => (left -= estimateTokens(row) + 1) < 0)
  return end === -1 ? rows : rows.slice(0, end)
}
