import { z } from 'zod'
import { triedMutantSchema } from './mutation.ts'

const count = z.int().nonnegative()

/** What a test that a model wrote is held to, cheapest first. */
export const testFilters = ['answer', 'parse', 'lint', 'assert', 'execute', 'stable', 'gain', 'suite', 'side-effect', 'mutant'] as const

/** Which question a new test answered with no. */
export type TestFilter = (typeof testFilters)[number]

const shareSchema = z
  .strictObject({ covered: count, total: count })
  .describe('Of what can be executed, how much was; a total of 0 where the tool measures none')

const coveredFileSchema = z.strictObject({
  path: z.string(),
  lines: z.strictObject({ before: shareSchema, after: shareSchema }),
  branches: z.strictObject({ before: shareSchema, after: shareSchema }),
})

export const triedTestSchema = z.strictObject({
  target: z.string().describe('What it was written for: path and symbol'),
  path: z.string().describe('The test file'),
  name: z.string().nullable().describe('Full name as the runner has it; null: the answer had no test that could be read'),
  attempt: z.int().positive(),
  outcome: z.enum(['kept', 'rejected', 'not-tried']),
  filter: z.enum(testFilters).nullable().describe('What it did not pass; null: it was kept, or not tried'),
  reason: z.string().describe('Why it was rejected, or what it was kept for'),
  gained: z.strictObject({ lines: count, branches: count }).describe('What only it reaches, beyond what was covered before'),
  killed: z.array(z.string()).describe('Ids of the mutants that fail with it, and passed without it'),
})

export const possibleBugSchema = z.strictObject({
  target: z.string(),
  path: z.string(),
  line: z.int().positive().describe('Where the target begins'),
  test: z.string().describe('The whole test, which fails on the code as it is'),
  input: z.string().describe('The call it makes'),
  expected: z.string(),
  received: z.string(),
})

/** What `agent generate-tests` has beyond findings. */
export const generateTestsResultSchema = z.strictObject({
  task: z.literal('generate-tests'),
  targets: z.array(
    z.strictObject({
      name: z.string(),
      path: z.string(),
      startLine: z.int().positive(),
      endLine: z.int().positive(),
      outcome: z.enum(['improved', 'unchanged', 'not-attempted']),
      reason: z.string().describe('Why nothing was kept, or not attempted; empty where something was'),
    }),
  ),
  candidates: z.array(triedTestSchema),
  filters: z
    .array(z.strictObject({ filter: z.enum(testFilters), asked: count, rejected: count }))
    .describe('The yield: how many tests came to each filter, and how many it took out'),
  coverage: z
    .array(coveredFileSchema)
    .describe('Of the files with targets, by the whole suite, before and after; empty where none can be measured'),
  mutants: z
    .array(triedMutantSchema.extend({ id: z.string() }))
    .describe('Those of the targets, as they end with the tests that were kept'),
  score: z
    .strictObject({ before: z.number().nullable(), after: z.number().nullable() })
    .describe('Per cent of the mutants that are noticed; null: there is none'),
  possibleBugs: z.array(possibleBugSchema),
  suite: z
    .strictObject({ executedBefore: count, executedAfter: count, durationMs: count })
    .describe('The whole suite, once before and once after'),
  files: z.array(z.strictObject({ path: z.string(), kind: z.enum(['added', 'modified']) })),
  applied: z.strictObject({ id: z.string(), commit: z.string().nullable() }).nullable().describe('null: the tree is as it was'),
})

export type TriedTest = z.infer<typeof triedTestSchema>
export type PossibleBug = z.infer<typeof possibleBugSchema>
export type GenerateTestsResult = z.infer<typeof generateTestsResultSchema>
