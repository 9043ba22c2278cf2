import type { Spread } from '../../src/tasks/bench/bench-report.ts'
import { spreadOf } from '../../src/tasks/bench/spread.ts'
import { type CopyResult, mostDecodesPerToken } from './copying.ts'
import type { Measured } from './rounds.ts'
import { mostEvaluated, type SharedPrefixResult } from './shared-prefix.ts'
import type { SettingResult } from './side-by-side.ts'

export interface EngineResults {
  date: string
  machine: { processor: string; cores: number; gpu: string | null; load: number }
  model: { name: string; bytes: number }
  settings: SettingResult[]
  /** Null: it failed, and the log says how. */
  copying: CopyResult | null
  sharedPrefix: SharedPrefixResult | null
}

/** The results as Markdown. */
export function engineTable({ date, machine, model, settings, copying, sharedPrefix }: EngineResults): string {
  const { processor, cores, gpu, load } = machine
  return [
    `${date}: ${processor}, ${cores} cores${gpu === null ? '' : `, ${gpu}`}; ${model.name}, ${(model.bytes / 1e9).toFixed(2)} GB; load at the start ${load.toFixed(1)}.`,
    '',
    '| threads | measure | ours | theirs | | ratio | goal | rounds (quiet) | met |',
    '|---:|---|---:|---:|---|---:|---:|---:|---|',
    ...settings.flatMap(({ measures }) => measures.map(row)),
    ...(copying === null ? [] : [copyRow(copying)]),
    ...(sharedPrefix === null ? [] : [prefixRow(sharedPrefix)]),
    '',
    ...settings.flatMap(remarks),
    copying === null ? 'The edit that copies failed.' : copyRemark(copying),
    '',
  ].join('\n')
}

function row({ threads, title, ours, theirs, against, ratio, atLeast, atMost, rounds, quiet, isMet, unit }: Measured): string {
  const goal = atLeast === undefined ? (atMost === undefined ? '' : `≤ ${atMost}`) : `≥ ${atLeast}`
  const met = isMet === null ? '' : isMet ? 'yes' : '**no**'
  const cells = [threads, title, `${figure(ours)} ${unit}`, figure(theirs), against, spread(ratio), goal, `${rounds} (${quiet})`, met]
  return `| ${cells.join(' | ')} |`
}

function copyRow({ perToken, decodes, tokens, isIdentical }: CopyResult): string {
  const met = perToken === null ? 'not counted' : perToken <= mostDecodesPerToken && isIdentical ? 'yes' : '**no**'
  const cells = [
    1,
    `edit of ${tokens} tokens that copies 90 %`,
    `${decodes.copying ?? '–'} decodes`,
    decodes.plain ?? '–',
    'without the hint',
  ]
  return `| ${[...cells, perToken?.toFixed(3) ?? '–', `≤ ${mostDecodesPerToken} a token`, '1', met].join(' | ')} |`
}

function prefixRow({ units, prefixTokens, ownTokens, evaluatedTokens, ratio }: SharedPrefixResult): string {
  const title = `prompts of ${units} units that share ${prefixTokens} tokens`
  const met = ratio <= mostEvaluated ? 'yes' : '**no**'
  const cells = [
    1,
    title,
    `${evaluatedTokens} evaluated`,
    prefixTokens + ownTokens,
    'prefix and own',
    ratio.toFixed(3),
    `≤ ${mostEvaluated}`,
    '1',
    met,
  ]
  return `| ${cells.join(' | ')} |`
}

const copyRemark = ({ isIdentical, ms }: CopyResult) =>
  `The edit said ${isIdentical ? 'the very same' : '**something else**'} with and without the hint that it copies: ${Math.round(ms.copying)} ms with it, ${Math.round(ms.plain)} without.`

function remarks({ threads, loadMs, replies }: SettingResult): string[] {
  const loads = `With ${threads} thread${threads === 1 ? '' : 's'}: loading took ${Math.round(loadMs.ours)} ms, llama-server ${Math.round(loadMs.theirs)} ms.`
  const [ours, theirs] = [spreadOf(replies.ours), spreadOf(replies.theirs)]
  if (ours === null || theirs === null) return [loads, '']
  const p95 = `Replies of 150 tokens after a known beginning, ${ours.runs} of each: median ${ours.p50} ms, 95th percentile ${ours.p95} ms; llama-server ${theirs.p50} and ${theirs.p95} ms.`
  return [`${loads} ${p95}`, '']
}

const figure = (of: Spread | null) => (of === null ? '–' : of.p50 >= 100 ? of.p50.toFixed(0) : of.p50.toFixed(1))

const spread = (of: Spread | null) => (of === null ? '–' : `${of.p50.toFixed(2)} (${of.min.toFixed(2)} to ${of.max.toFixed(2)})`)
