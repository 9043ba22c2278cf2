import { z } from 'zod'
import { durationSchema, sizeSchema, timeoutSchema } from '../domain/quantity-schema.ts'
import { engineOptionsSchema } from '../engine/options.ts'
import { type ConfigurableCheck, reviewOptionsSchema, reviewOverrideSchema } from '../tasks/review/options.ts'

/** Relative to the root, and never out of it. */
const glob = z
  .string()
  .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$)).+$/s)
  .meta({ title: 'a glob such as src/** inside the repository' })
const command = z.string().min(1).nullable()

/** The one name and its fall-back that several sections share: `auto` finds out, a list names. */
const linterNames = z.union([z.literal('auto'), z.array(z.string().min(1))])

const fixOptionsSchema = z.strictObject({
  attempts: z.int().min(1).max(10).default(3).describe('How often the model may try to repair one problem'),
  linters: linterNames.default('auto').describe('Which linters say what is broken: auto, or a list of their names'),
  testCommand: command.default(null).describe('Command that must still succeed after a fix; null finds the tests of the repository'),
})

const generateTestsOptionsSchema = z.strictObject({
  maxTests: z.int().min(1).max(200).default(20).describe('Tests that one run may keep'),
  repeat: z.int().min(1).max(100).default(5).describe('How often a new test must pass before it counts as stable'),
  targetCoverage: z
    .number()
    .min(0)
    .max(100)
    .nullable()
    .default(null)
    .describe('Percentage of changed lines at which to stop; null goes on'),
})

const sandboxOptionsSchema = z.strictObject({
  use: z.enum(['auto', 'docker', 'bwrap', 'host']).default('auto').describe('Where commands run that a model wrote'),
  image: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Container image; null takes the one that `agent doctor --build-sandbox` makes'),
  memory: sizeSchema.prefault('2g').describe('Memory a sandboxed command may use'),
  cpus: z.number().positive().max(1024).default(2).describe('Processors a sandboxed command may use'),
  timeout: timeoutSchema.prefault('5m').describe('When a sandboxed command is ended'),
})

const memoryOptionsSchema = z.strictObject({
  encrypt: z.boolean().default(false).describe('Whether what is kept about a project is encrypted at rest'),
  maxAge: durationSchema.prefault('90d').describe('When a stored result is forgotten'),
  maxSize: sizeSchema.prefault('500mb').describe('What is kept about one project, at most'),
})

const hooksOptionsSchema = z.strictObject({
  preCommit: z
    .strictObject({
      maxTime: timeoutSchema.prefault('10s').describe('How long a commit may be held up; a push may take three times as long'),
      strict: z.boolean().default(false).describe('Whether a review that could not be finished stops the commit or the push'),
    })
    .prefault({})
    .describe('The review before a commit, and before a push'),
  commitMessage: z
    .strictObject({ maxTime: timeoutSchema.prefault('8s').describe('How long writing a message may take') })
    .prefault({})
    .describe('The proposed commit message'),
})

const modelsOptionsSchema = z.strictObject({
  dir: z.string().min(1).nullable().default(null).describe('Folder of the model store; null is models/ in the home of agent'),
  autoPull: z.boolean().default(false).describe('Whether a missing model may be downloaded without asking'),
})

const daemonOptionsSchema = z.strictObject({
  idleUnload: timeoutSchema.prefault('30m').describe('When an idle daemon gives the memory of its model back'),
  listen: z.string().min(1).nullable().default(null).describe('Address such as 127.0.0.1:8765 to listen on besides the local socket'),
})

/** The whole configuration, composed from the options of each part. The checks are passed in so that reading it loads none of them. */
export function configSchemaFor(checks: readonly ConfigurableCheck[]) {
  const override = z.strictObject({
    match: glob.describe('Files these overrides are for, relative to the repository root'),
    review: reviewOverrideSchema(checks).exactOptional().describe('Review options that differ for these files'),
  })
  return z.strictObject({
    $schema: z.string().optional().describe('Where editors find the schema of this file'),
    engine: engineOptionsSchema.prefault({}).describe('Which model answers, and how it is reached or loaded'),
    review: reviewOptionsSchema(checks).prefault({}).describe('What a review reports, and when it fails'),
    rules: z
      .array(glob)
      .default(['.agent/rules/*.md'])
      .describe("The team's own review rules: Markdown files, relative to the repository root"),
    include: z.array(glob).default(['**']).describe('Files that are looked at, relative to the repository root'),
    exclude: z.array(glob).default(['**/*.generated.*']).describe('Files that are left out even where include has them'),
    paths: z.array(override).default([]).describe('Overrides for some files; where several match, the last one wins'),
    fix: fixOptionsSchema.prefault({}).describe('How problems are repaired'),
    generateTests: generateTestsOptionsSchema.prefault({}).describe('How tests are written and kept'),
    sandbox: sandboxOptionsSchema.prefault({}).describe('Where commands run that a model wrote'),
    memory: memoryOptionsSchema.prefault({}).describe('What is kept about a project'),
    hooks: hooksOptionsSchema.prefault({}).describe('What the git hooks may take'),
    models: modelsOptionsSchema.prefault({}).describe('The local model store'),
    daemon: daemonOptionsSchema.prefault({}).describe('The daemon that keeps a model warm'),
    telemetry: z.literal('off').default('off').describe('There is none; the key exists so that this can be read'),
  })
}

export type ConfigSchema = ReturnType<typeof configSchemaFor>
export type Config = z.infer<ConfigSchema>
