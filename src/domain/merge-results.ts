import { type GenerateTestsResult, generateTestsResultSchema, type TestFilter } from './generated-tests.ts'
import { type MutateResult, mutateResultSchema, tallyMutants } from './mutation.ts'
import { plural } from './plural.ts'
import type { Report } from './report.ts'
import { type ExplainResult, explainResultSchema, type FixResult, fixResultSchema } from './result.ts'

type Result = Report['result']

/** Of the reports of one task over parts of a repository: what all of them have beyond findings, in the task's own shape. */
export function mergeResults(task: string, reports: readonly Pick<Report, 'result' | 'summary'>[]): Result {
  const results = reports.map(({ result }) => result)
  const whole = mergeKnown(results)
  if (whole) return whole
  // A shard has them in this shape already.
  const parts = reports.flatMap(({ result, summary }) => (isBatch(result) ? result.parts : [{ summary, result }]))
  return task === 'review' ? { task } : { task: 'batch', of: task, parts }
}

const isBatch = (result: Result): result is { task: string; parts: unknown[] } =>
  result?.task === 'batch' && 'parts' in result && Array.isArray(result.parts)

function mergeKnown(results: readonly Result[]): Result {
  const fixes = all(results, fixResultSchema)
  if (fixes) return mergeFixes(fixes)
  const mutations = all(results, mutateResultSchema)
  if (mutations) return mergeMutations(mutations)
  const generated = all(results, generateTestsResultSchema)
  if (generated) return mergeGenerated(generated)
  const explained = all(results, explainResultSchema)
  return explained && mergeExplanations(explained)
}

/** All results, where there are some and each has this shape. */
function all<Shape>(results: readonly Result[], schema: { safeParse(value: unknown): { data?: Shape | undefined } }): Shape[] | null {
  const parsed = results.flatMap((result) => schema.safeParse(result).data ?? [])
  return parsed.length > 0 && parsed.length === results.length ? parsed : null
}

const mergeFixes = (results: readonly FixResult[]): FixResult => ({
  task: 'fix',
  targets: results.flatMap(({ targets }) => targets),
  files: lastOfEach(results.flatMap(({ files }) => files)),
  applied: results.flatMap(({ applied }) => applied),
})

function mergeMutations(results: readonly MutateResult[]): MutateResult {
  const mutants = results.flatMap((result) => result.mutants)
  return { task: 'mutate', mutants, tests: sum(results.map(({ tests }) => tests)), ...tallyMutants(mutants) }
}

const mergeExplanations = (results: readonly ExplainResult[]): ExplainResult => ({
  task: 'explain',
  about: results.map(({ about }) => about).join(', '),
  claims: results.flatMap(({ claims }) => claims),
  dropped: sum(results.map(({ dropped }) => dropped)),
})

function mergeGenerated(results: readonly GenerateTestsResult[]): GenerateTestsResult {
  const named = withOwnIds(results)
  const [mutants, filters] = [named.flatMap((result) => result.mutants), new Map<TestFilter, { asked: number; rejected: number }>()]
  for (const { filter, asked, rejected } of results.flatMap((result) => result.filters)) {
    const known = filters.get(filter) ?? { asked: 0, rejected: 0 }
    filters.set(filter, { asked: known.asked + asked, rejected: known.rejected + rejected })
  }
  return {
    task: 'generate-tests',
    targets: results.flatMap(({ targets }) => targets),
    candidates: named.flatMap(({ candidates }) => candidates),
    filters: [...filters].map(([filter, counts]) => ({ filter, ...counts })),
    coverage: results.flatMap(({ coverage }) => coverage),
    mutants,
    score: { before: scoreBefore(results), after: tallyMutants(mutants).score },
    possibleBugs: results.flatMap(({ possibleBugs }) => possibleBugs),
    suite: {
      executedBefore: results[0]?.suite.executedBefore ?? 0,
      executedAfter: Math.max(0, ...results.map(({ suite }) => suite.executedAfter)),
      durationMs: sum(results.map(({ suite }) => suite.durationMs)),
    },
    files: firstOfEach(results.flatMap(({ files }) => files)),
    applied: results.flatMap(({ applied }) => applied ?? []).at(-1) ?? null,
  }
}

/** Each run counts its mutants from one: where two name theirs alike, all get the number of their run. */
function withOwnIds(results: readonly GenerateTestsResult[]): readonly GenerateTestsResult[] {
  const ids = results.flatMap(({ mutants }) => mutants.map(({ id }) => id))
  if (new Set(ids).size === ids.length) return results
  return results.map((result, index) => {
    const own = (id: string) => `${index + 1}-${id}`
    return {
      ...result,
      mutants: result.mutants.map((mutant) => ({ ...mutant, id: own(mutant.id) })),
      candidates: result.candidates.map((candidate) => ({ ...candidate, killed: candidate.killed.map(own) })),
    }
  })
}

/** Of all mutants together, from the score of each run and how many it had that can be noticed. */
function scoreBefore(results: readonly GenerateTestsResult[]): number | null {
  const known = results.flatMap(({ mutants, score: { before } }) => {
    const { killed, survived, noCoverage } = tallyMutants(mutants).counts
    return before === null ? [] : [{ before, valid: killed + survived + noCoverage }]
  })
  const valid = sum(known.map((run) => run.valid))
  return valid === 0 ? null : Math.round((sum(known.map((run) => run.before * run.valid)) / valid) * 10) / 10
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const lastOfEach = <Item extends { path: string }>(items: readonly Item[]) => [...new Map(items.map((item) => [item.path, item])).values()]

/** A file that one run has made and another one changed was made. */
const firstOfEach = <Item extends { path: string }>(items: readonly Item[]) => lastOfEach(items.toReversed()).toReversed()

/** What a merged result comes to, in a sentence. */
export function summaryOfResult(result: Result): string {
  const [fixes, mutations] = [fixResultSchema.safeParse(result).data, mutateResultSchema.safeParse(result).data]
  if (fixes) return fixSentence(fixes)
  if (mutations) return mutateSentence(mutations)
  const generated = generateTestsResultSchema.safeParse(result).data
  if (generated) return generateSentence(generated)
  const explained = explainResultSchema.safeParse(result).data
  if (explained) return `${plural(explained.claims.length, 'statement')}, each with the lines it rests on`
  return isBatch(result) ? `${plural(result.parts.length, 'run')}` : 'there is nothing to do'
}

function fixSentence({ targets, applied }: FixResult): string {
  if (targets.length === 0) return 'there is nothing to repair'
  const fixed = targets.filter(({ outcome }) => outcome === 'fixed').length
  const left = targets.length - fixed
  const what = `${fixed} of ${plural(targets.length, 'problem')} ${applied.length > 0 || fixed === 0 ? 'repaired' : 'would be repaired'}${left > 0 ? `, ${left} left` : ''}`
  return applied.length === 0 ? what : `${what}; ${wayBack(applied)}`
}

function wayBack(applied: FixResult['applied']): string {
  const commits = applied.filter(({ commit }) => commit !== null).length
  if (commits === applied.length) return plural(commits, 'commit')
  if (applied.length === 1) return '`agent undo` takes it back'
  return `applied in ${applied.length} steps, and \`agent undo\` takes back the last one, and each time the one before`
}

function mutateSentence({ mutants, counts, score }: MutateResult): string {
  if (mutants.length === 0) return 'there is no code here to break: tests, comments and types are left alone'
  if (score === null) return `none of ${plural(mutants.length, 'defect')} was tried`
  return `tests notice ${counts.killed} of ${plural(counts.killed + counts.survived + counts.noCoverage, 'defect')} (${score} %)`
}

function generateSentence({ candidates, score }: GenerateTestsResult): string {
  const kept = candidates.filter(({ outcome }) => outcome === 'kept').length
  const scores =
    score.before === null || score.after === null ? '' : `; tests notice ${score.after} % of the defects, ${score.before} % before`
  return `${plural(kept, 'test')} kept of ${plural(candidates.length, 'answer')}${scores}`
}
