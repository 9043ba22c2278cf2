import { type MutateResult, onlyPlanned, tallyMutants } from '../../domain/mutation.ts'
import { plural } from '../../domain/plural.ts'
import { type Shard, shardNotice } from '../../domain/shard.ts'
import type { Selector } from '../../domain/selector.ts'
import type { Task, TaskResult } from '../task.ts'
import { tooMany } from './notices.ts'
import { type MutatedFile, planMutants, sampleMutants } from './plan-mutants.ts'
import { openBench, pending, told, type Tried, tryAll } from './run-trials.ts'
import { survivors } from './survivors.ts'

export interface MutateRequest {
  /** The lines of a change, or whole files. */
  scope: { kind: 'change'; selector: Selector; paths: readonly string[] } | { kind: 'paths'; covers(path: string): boolean }
  isExcluded(path: string): boolean
  /** Only the files of this part; told in the report, so that nobody takes it for the whole. */
  shard: Shard | null
  /** Mutants that are tried; of more, a sample that is spread evenly. */
  most: number
  /** Only says what would be planted. */
  dryRun: boolean
  /** Copies on which defects are tried at once. */
  jobs: number
  /** Milliseconds that one command may take. */
  commandTimeout: number
  /** The project's own test command, for code whose tests no adapter finds. */
  testCommand: string | null
  /** Handed the text of each file that was mutated, for a report that shows it. */
  keepSource?(path: string, file: { language: string; source: string }): void
}

/** Plants small defects on a copy, one at a time, and says which of them no test notices. */
export const mutate: Task<MutateRequest> = {
  name: 'mutate',
  summary: 'Say which changed lines no test guards.',

  async run(request, context) {
    if (request.shard) context.notice(shardNotice(request.shard, 0))
    const bench = await openBench(request, context)
    try {
      const all = await planMutants(request, bench, context)
      const { files, leftOut } = sampleMutants(all, request.most)
      if (leftOut > 0) context.notice(tooMany(request.most, leftOut))
      for (const { path, language, text } of files) request.keepSource?.(path, { language, source: text })
      return conclude(request.dryRun ? planned(files) : await tryAll(files, { request, context, bench }), files)
    } finally {
      await bench.close()
    }
  },
}

const planned = (files: readonly MutatedFile[]): Tried => ({
  mutants: files.flatMap((file) => file.mutants.map((mutant) => told(file, mutant, pending(onlyPlanned)))),
  tests: 0,
})

function conclude({ mutants, tests }: Tried, files: readonly MutatedFile[]): TaskResult {
  const result: MutateResult = { task: 'mutate', mutants: [...mutants], tests, ...tallyMutants(mutants) }
  return {
    summary: summaryOf(result),
    findings: survivors(mutants, new Map(files.map(({ path, text }) => [path, text.split('\n')]))),
    patch: '',
    completeness: mutants.some(({ status, reason }) => status === 'Pending' && reason !== onlyPlanned) ? 'partial' : 'complete',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result,
  }
}

function summaryOf({ mutants, counts, score }: MutateResult): string {
  if (mutants.length === 0) return 'there is no code here to break: tests, comments and types are left alone'
  if (mutants.every(({ reason }) => reason === onlyPlanned)) return `${plural(mutants.length, 'defect')} would be planted`
  if (score === null) return `none of ${plural(mutants.length, 'defect')} could be tried`
  const missed = counts.survived + counts.noCoverage
  return `tests notice ${counts.killed} of ${plural(counts.killed + missed, 'defect')} (${score} %)`
}
