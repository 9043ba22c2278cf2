import { z } from 'zod'

const milliseconds = z.number().nonnegative()
const count = z.int().nonnegative()

/** What several runs of one measurement gave. */
const spreadSchema = z.strictObject({
  runs: z.int().positive(),
  min: z.number().nonnegative(),
  p50: z.number().nonnegative().describe('Median'),
  p95: z.number().nonnegative().describe('95th percentile, the nearest one that was measured'),
  max: z.number().nonnegative(),
})

const unitsSchema = z.strictObject({
  units: z.int().positive().describe('Requests sent at once; all share their beginning'),
  tokensPerSecond: spreadSchema.describe('Tokens of all answers together'),
})

const engineFiguresSchema = z.strictObject({
  kind: z.enum(['local', 'endpoint', 'daemon']),
  model: z.string(),
  place: z.string().nullable().describe('Address of a server; null on this machine'),
  computesOn: z.string().nullable().describe('Processor or GPU, where the engine says so'),
  library: z.string().nullable().describe('What runs the model, with its version, where the engine says so'),
  contextTokens: count,
  parallel: z.int().positive().describe('Requests that the engine answers at once'),
  loadMs: milliseconds.describe('From the start to a model that can be asked; for a server, connecting'),
  prompt: z.strictObject({ tokens: count, tokensPerSecond: spreadSchema }).nullable(),
  generation: z.strictObject({ tokensPerSecond: spreadSchema }).nullable(),
  firstToken: z
    .strictObject({
      coldMs: spreadSchema.nullable().describe('Nothing of the prompt was seen before'),
      warmMs: spreadSchema.nullable().describe('The instructions and notes at its beginning were'),
    })
    .describe('From the request to the first token of the answer'),
  parallelUnits: z.array(unitsSchema),
  reply: z
    .strictObject({
      tokens: z.int().positive(),
      ms: spreadSchema,
      short: count.describe('Replies that the model ended early; their time is scaled to the full length'),
    })
    .nullable(),
  memory: z.strictObject({
    residentBytes: count.nullable().describe('Of the engine process, weights included; null for a server'),
    gpuBytes: count.nullable(),
  }),
})

export const benchReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('coding-agent'), version: z.string() }),
  completeness: z.enum(['complete', 'partial']).describe('partial: the time limit came first; what was not measured is null or missing'),
  summary: z.string().describe('The answer in a sentence'),
  goal: z.strictObject({
    replyTokens: z.int().positive(),
    ms: z.number().positive(),
    p95Ms: milliseconds.nullable(),
    isMet: z.boolean().nullable().describe('null: not measured'),
  }),
  machine: z.strictObject({ processor: z.string(), cores: count, memoryBytes: count, platform: z.string(), node: z.string() }),
  engines: z.array(engineFiguresSchema).min(1).max(2).describe('The engine; then the server of --against'),
  ratios: z
    .array(
      z.strictObject({
        measure: z.enum(['prompt speed', 'generation speed', 'first token, cold', 'first token, warm', 'reply', 'units at once']),
        units: z.int().positive().nullable(),
        better: z.enum(['higher', 'lower']),
        ratio: spreadSchema.describe('The engine divided by the server; each pair was measured one after the other'),
      }),
    )
    .describe('Empty without --against'),
  notices: z.array(z.strictObject({ code: z.string(), message: z.string(), hint: z.string() })),
})

export type Spread = z.infer<typeof spreadSchema>
export type EngineFigures = z.infer<typeof engineFiguresSchema>
export type BenchReport = z.infer<typeof benchReportSchema>
export type Ratio = BenchReport['ratios'][number]
