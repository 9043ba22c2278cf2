import { z } from 'zod'
import rawCatalogue from './catalogue.json' with { type: 'json' }

const entrySchema = z.strictObject({
  id: z.string().describe('Name of the model in commands'),
  title: z.string(),
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/)
    .describe('Repository on the hub that holds GGUF files'),
  quant: z.string().describe('Which quantisation of the repository is meant, e.g. Q4_K_M'),
  files: z
    .array(
      z.strictObject({
        path: z.string(),
        bytes: z.int().positive().nullable(),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .nullable(),
      }),
    )
    .describe('The files, where their names are known; otherwise they are found by the quantisation'),
  approximateBytes: z.int().positive().describe('Size as pages about the model give it; the exact one is read from the hub'),
  memoryBytes: z.int().positive().describe('Weights, 8k tokens of context and compute buffers'),
  contextTokens: z.int().positive(),
  licence: z.strictObject({ name: z.string(), open: z.boolean().describe('Whether it is a licence that the OSI approves') }),
  parameters: z.strictObject({ totalBillions: z.number().positive(), activeBillions: z.number().positive() }),
  shape: z
    .strictObject({
      layers: z.int().positive().nullable(),
      expertShare: z.number().gt(0).lt(1).nullable().describe('How much of the weights are experts'),
      cacheBytesPerToken: z.int().positive().nullable().describe('What a token of the context keeps, at 16 bits a number'),
    })
    .describe(
      'How its weights are put together, as far as it is known: layers from the source of llama.cpp v0.4.0; the rest is as unchecked as an entry that is not verified',
    ),
  goodFor: z
    .enum(['review', 'trial'])
    .describe('`trial`: it runs on small machines, and shows how all of this works; its findings are not to be trusted'),
  verified: z.boolean().describe('Whether somebody checked repository, file, size and checksum against the hub'),
  scores: z.array(z.strictObject({ benchmark: z.string(), percent: z.number().min(0).max(100), source: z.string(), read: z.iso.date() })),
  note: z.string().nullable(),
}) // prettier-ignore

const catalogueSchema = z.strictObject({
  schemaVersion: z.literal(1),
  models: z.array(entrySchema).refine((models) => new Set(models.map(({ id }) => id)).size === models.length, 'an id stands twice'),
})

/** A model that can be pulled by its name. */
export type CatalogueEntry = z.infer<typeof entrySchema>

/** The models known by name, in the order we would try them. */
export function readCatalogue(): readonly CatalogueEntry[] {
  return catalogueSchema.parse(rawCatalogue).models
}
