import { z } from 'zod'

/** What goes between the program and its engine process. Each side parses what the other says. */

const id = z.int().nonnegative()
const tokens = z.int().nonnegative()

const spokenCall = { name: z.string(), input: z.unknown() }

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'user']), text: z.string() }),
  z.strictObject({ role: z.literal('assistant'), text: z.string(), toolCalls: z.array(z.strictObject({ id: z.string(), ...spokenCall })) }),
  z.strictObject({ role: z.literal('tool'), callId: z.string(), text: z.string(), isError: z.boolean() }),
])

const toolSchema = z.strictObject({ name: z.string(), description: z.string(), inputSchema: z.record(z.string(), z.unknown()) })

export const openRequestSchema = z.strictObject({
  modelPath: z.string(),
  contextTokens: z.int().positive().nullable(),
  gpu: z.enum(['auto', 'cuda', 'metal', 'vulkan', 'off']),
  threads: z.union([z.literal('auto'), z.int().positive()]),
  parallel: z.int().positive().max(256).nullable().describe('At most what llama.cpp can keep apart'),
  prefixFolder: z.string().nullable().optional().describe('Where evaluated beginnings of prompts are kept; none keeps none'),
})

export const promptRequestSchema = z.strictObject({
  messages: z.array(messageSchema),
  tools: z.array(toolSchema).describe('None together with a schema'),
  outputSchema: z.record(z.string(), z.unknown()).nullable(),
  maxTokens: z.int().positive(),
  temperature: z.number().nonnegative(),
  seed: z.int().nonnegative(),
  copiesInput: z.boolean().optional().describe('Much of the answer stands in the prompt'),
  thinkingTokens: z
    .int()
    .nonnegative()
    .optional()
    .describe('Tokens for thoughts before the answer; none has none where the model allows it'),
})

export const toProcessSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('probe'), id }),
  z.strictObject({ type: z.literal('open'), id, request: openRequestSchema }),
  z.strictObject({ type: z.literal('count'), id, text: z.string() }),
  z.strictObject({ type: z.literal('counters'), id }),
  z.strictObject({ type: z.literal('generate'), id, request: promptRequestSchema }),
  z.strictObject({ type: z.literal('abort'), id }),
])

export const backendSchema = z.strictObject({
  name: z.enum(['cpu', 'cuda', 'metal', 'vulkan']).describe('What computes'),
  devices: z.array(z.string()).describe('Names of the GPUs'),
  vramBytes: z.number().nonnegative().nullable().describe('Memory of the GPUs together; null without any'),
  threads: z.int().positive().describe('Processor threads in use'),
  library: z.string().describe('Version of the native library'),
})

export const openedSchema = z.strictObject({
  contextTokens: tokens,
  parallel: z.int().positive(),
  offersTools: z.boolean().describe('The template of the model has a format for calls'),
  backend: backendSchema,
  notices: z.array(z.strictObject({ code: z.string(), message: z.string(), hint: z.string() })),
})

export const answerSchema = z.strictObject({
  text: z.string(),
  thought: z.string().optional().describe('What a thinking model said before it'),
  toolCalls: z.array(z.strictObject(spokenCall)).describe("Whole ones, in their order; their ids are the program's business"),
  stopReason: z.enum(['stop', 'tool-calls', 'length']),
  inCompany: z.boolean().describe('Some of its tokens were computed in one batch with those of other answers'),
  usage: z.strictObject({ inputTokens: tokens, cachedInputTokens: tokens, outputTokens: tokens }),
})

/** What the engine process did since it loaded its model. */
export const countersSchema = z.strictObject({
  promptTokens: tokens.describe('Tokens of prompts that were evaluated'),
  reusedTokens: tokens.describe('Tokens of prompts that were not, because they had been before'),
  outputTokens: tokens,
  draftedTokens: tokens.describe('Guessed tokens of answers that copy'),
  acceptedTokens: tokens.describe('Those of them that were right'),
  decodes: tokens.describe('Times that the native library computed something'),
  stepBatches: tokens.describe('Those of them in which answers went on by one token each'),
  steps: tokens.describe('Tokens that were computed so; divided by `stepBatches` it is the mean size of a batch'),
})

/** What can go wrong in the engine process; a subset of the codes that users meet. */
export const problemCodes = ['ENGINE_UNAVAILABLE', 'ENGINE_OUT_OF_CONTEXT', 'ENGINE_FAILED', 'MODEL_INVALID', 'INTERNAL'] as const

export const fromProcessSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('turn'), id }).describe('The request has left the queue'),
  z.strictObject({ type: z.literal('text'), id, delta: z.string().describe('Empty for a token that the reader is not shown') }),
  z.strictObject({ type: z.literal('done'), id, value: z.unknown() }),
  z.strictObject({ type: z.literal('failed'), id, code: z.enum(problemCodes), message: z.string(), hint: z.string().nullable() }),
])

export type OpenRequest = z.infer<typeof openRequestSchema>
export type PromptRequest = z.infer<typeof promptRequestSchema>
export type ToProcess = z.infer<typeof toProcessSchema>
export type FromProcess = z.infer<typeof fromProcessSchema>
export type Backend = z.infer<typeof backendSchema>
export type Counters = z.infer<typeof countersSchema>
export type Opened = z.infer<typeof openedSchema>
export type Answer = z.infer<typeof answerSchema>
export type ProblemCode = (typeof problemCodes)[number]
