import { type GenerateTestsResult, generateTestsResultSchema } from '../domain/generated-tests.ts'
import { type MutateResult, mutateResultSchema, onlyPlanned, tallyMutants } from '../domain/mutation.ts'
import { plural } from '../domain/plural.ts'
import type { Report } from '../domain/report.ts'
import {
  type CommitMessageResult,
  commitMessageResultSchema,
  type ExplainResult,
  explainResultSchema,
  type FixResult,
  fixResultSchema,
  type RunResult,
  runResultSchema,
  type Verification,
} from '../domain/result.ts'
import { unquotePath } from '../workspace/quoted-path.ts'

/** What a task has beyond findings, in a shape that reporters can lay out. */
export type KnownResult = RunResult | ExplainResult | FixResult | CommitMessageResult | MutateResult | GenerateTestsResult

/** The result of a report where this version knows its shape. */
export function knownResult({ result }: Pick<Report, 'result'>): KnownResult | null {
  for (const schema of [
    runResultSchema,
    explainResultSchema,
    fixResultSchema,
    commitMessageResultSchema,
    mutateResultSchema,
    generateTestsResultSchema,
  ]) {
    const { data } = schema.safeParse(result)
    if (data) return data
  }
  return null
}

/** Lines that a patch adds to and removes from each file, in the patch's order. */
export function patchCounts(patch: string): { path: string; added: number; removed: number }[] {
  const files: { path: string; added: number; removed: number }[] = []
  let inHunk = false
  for (const line of patch.split('\n')) {
    const file = files.at(-1)
    if (line.startsWith('diff --git ')) {
      files.push({ path: pathOfBoth(line.slice('diff --git '.length)), added: 0, removed: 0 })
      inHunk = false
    } else if (line.startsWith('@@ ')) inHunk = true
    else if (!file || !inHunk) continue
    else if (line.startsWith('+')) file.added++
    else if (line.startsWith('-')) file.removed++
  }
  return files
}

/** The name that both sides have, since nothing is a rename; empty and binary files have no other line with it. */
function pathOfBoth(names: string): string {
  const side = names.slice(0, (names.length - 1) / 2)
  const name = unquotePath(side)?.name.toString('utf8') ?? side
  return name.replace(/^a\//, '')
}

/** What was run to check a change, a sentence each. */
export function verificationLines({ linters, newDiagnostics, goneDiagnostics, tests, notRun }: Verification): string[] {
  const change = [
    newDiagnostics > 0 ? plural(newDiagnostics, 'new problem') : 'no new problem',
    goneDiagnostics > 0 ? `${goneDiagnostics} gone` : '',
  ].filter((part) => part !== '')
  return [
    ...(linters.length > 0 ? [`${linters.join(', ')}: ${change.join(', ')}`] : []),
    ...(tests ? [testLine(tests)] : []),
    ...notRun.map(({ what, reason }) => `${what} could not run: ${reason}`),
  ]
}

function testLine({ executedBefore, executedAfter, newlyFailing, missing }: NonNullable<Verification['tests']>): string {
  if (executedBefore + executedAfter === 0) return 'tests: none was executed'
  const parts = [
    `tests: ${executedAfter} executed (${executedBefore} before)`,
    newlyFailing.length > 0
      ? `${plural(newlyFailing.length, 'test')} failing now: ${newlyFailing.slice(0, 5).join('; ')}`
      : 'none fails that passed before',
    missing.length > 0 ? `${missing.length} not executed any more: ${missing.slice(0, 5).join('; ')}` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** How the mutants of each file ended, in the files' order. */
export function mutationLines({ mutants }: MutateResult): { path: string; text: string; isGuarded: boolean }[] {
  return [...Map.groupBy(mutants, ({ path }) => path)].map(([path, own]) => {
    const { counts } = tallyMutants(own)
    const missed = counts.survived + counts.noCoverage
    const parts = [
      counts.killed + missed > 0 ? `${counts.killed} of ${plural(counts.killed + missed, 'defect')} noticed` : '',
      counts.invalid > 0 ? `${counts.invalid} did not build` : '',
      counts.pending > 0
        ? `${own.length === counts.pending ? plural(counts.pending, 'defect') : counts.pending} ${isPlan(own) ? 'planned' : 'not tried'}`
        : '',
    ]
    return { path, text: parts.filter((part) => part !== '').join(', '), isGuarded: missed === 0 && counts.pending === 0 }
  })
}

/** Whether these were only to be told, and not tried. */
export const isPlan = (mutants: MutateResult['mutants']) => mutants.every(({ reason }) => reason === onlyPlanned)

type FixTarget = FixResult['targets'][number]

/** `src/port.ts:3 eslint/no-var`. */
export function targetName({ path, line, tool, rule }: FixTarget): string {
  return `${line === null ? path : `${path}:${line}`} ${rule === null ? tool : `${tool}/${rule}`}`
}

/** What became of a problem that was to be repaired. */
export function targetOutcome({ outcome, by, attempts, verifiedBy, gate, reason }: FixTarget): string {
  switch (outcome) {
    case 'fixed':
      return by === 'linter'
        ? 'repaired by the linter'
        : `repaired by the model${attempts > 1 ? ` after ${attempts} attempts` : ''}${doubtOf(verifiedBy)}`
    case 'not-kept':
      return `not kept after ${plural(attempts, 'attempt')} (${gate ?? 'unknown'}): ${reason}`
    case 'not-attempted':
      return `not attempted: ${reason}`
  }
}

/** What only the model that wrote it has looked at is not proved. */
function doubtOf(verifiedBy: FixTarget['verifiedBy']): string {
  const isOwnWord = verifiedBy.every((verifier) => verifier === 'model')
  return isOwnWord ? ', and checked by the model only: no linter looked at it, and no test ran that passes' : ''
}
