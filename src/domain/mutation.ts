import { z } from 'zod'

const positionSchema = z.strictObject({ line: z.int().positive(), column: z.int().positive().describe('UTF-16 units from 1') })

/** How a mutant ended, in the words of the mutation testing report schema, version 2. */
export const mutantStatuses = ['Killed', 'Survived', 'NoCoverage', 'Timeout', 'CompileError', 'Pending'] as const
export type MutantStatus = (typeof mutantStatuses)[number]

/** The reason of a mutant that was not meant to be tried. */
export const onlyPlanned = 'Only planned.'

export const triedMutantSchema = z.strictObject({
  path: z.string(),
  mutator: z.string().describe('As in the reports of Stryker where it has such a one'),
  start: positionSchema,
  end: positionSchema.describe('Behind the last unit'),
  original: z.string(),
  replacement: z.string(),
  status: z
    .enum(mutantStatuses)
    .describe(
      'Killed: a test fails that passed; NoCoverage: no test belongs to the file; CompileError: it does not build, which says nothing; Pending: not tried',
    ),
  killedBy: z.array(z.string()).describe('Tests that fail with it'),
  reason: z.string().describe('How it was noticed, or why it was not tried'),
})

/** What `agent mutate` has beyond findings. */
export const mutateResultSchema = z.strictObject({
  task: z.literal('mutate'),
  mutants: z.array(triedMutantSchema),
  counts: z.strictObject({
    killed: z.int().nonnegative().describe('With those that ran into the time limit'),
    survived: z.int().nonnegative(),
    noCoverage: z.int().nonnegative(),
    invalid: z.int().nonnegative(),
    pending: z.int().nonnegative(),
  }),
  score: z.number().min(0).max(100).nullable().describe('Per cent of the mutants that were noticed; null: there was none to notice'),
  tests: z.int().nonnegative().describe('That were executed without any mutant'),
})

export type TriedMutant = z.infer<typeof triedMutantSchema>
export type MutateResult = z.infer<typeof mutateResultSchema>

/** What the mutants of a run come to. */
export function tallyMutants(mutants: readonly TriedMutant[]): Pick<MutateResult, 'counts' | 'score'> {
  const count = (...statuses: readonly MutantStatus[]) => mutants.filter(({ status }) => statuses.includes(status)).length
  const [killed, survived, noCoverage] = [count('Killed', 'Timeout'), count('Survived'), count('NoCoverage')]
  const valid = killed + survived + noCoverage
  return {
    counts: { killed, survived, noCoverage, invalid: count('CompileError'), pending: count('Pending') },
    score: valid === 0 ? null : Math.round((killed / valid) * 1000) / 10,
  }
}

interface ReportedFile {
  language: string
  source: string
}

/** The report that viewers of mutation testing open: https://github.com/stryker-mutator/mutation-testing-elements, schema version 2. */
export function mutationReport({ mutants }: Pick<MutateResult, 'mutants'>, sources: ReadonlyMap<string, ReportedFile>): string {
  const tests = [...new Set(mutants.flatMap(({ killedBy }) => killedBy))].toSorted()
  const files = [...sources].map(([path, file]) => [
    path,
    {
      ...file,
      mutants: mutants.flatMap((mutant, index) => (mutant.path === path ? [reported(mutant, String(index + 1), tests)] : [])),
    },
  ])
  return `${JSON.stringify(
    {
      schemaVersion: '2',
      thresholds: { high: 80, low: 60 },
      files: Object.fromEntries(files),
      testFiles: { '': { tests: tests.map((name, index) => ({ id: String(index + 1), name })) } },
      framework: { name: 'coding-agent' },
    },
    null,
    2,
  )}\n`
}

function reported({ mutator, start, end, replacement, status, killedBy, reason }: TriedMutant, id: string, tests: readonly string[]) {
  return {
    id,
    mutatorName: mutator,
    replacement,
    location: { start, end },
    status,
    ...(reason !== '' && { statusReason: reason }),
    ...(killedBy.length > 0 && { killedBy: killedBy.map((test) => String(tests.indexOf(test) + 1)) }),
  }
}
