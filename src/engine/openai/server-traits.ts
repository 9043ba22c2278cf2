import { z } from 'zod'

/** Programs that serve models, as far as they are told apart. */
export const serverKinds = ['vllm', 'llama-server', 'ollama', 'lm-studio', 'openai-like'] as const
export type ServerKind = (typeof serverKinds)[number]

const servedModelSchema = z.strictObject({
  id: z.string().min(1),
  contextTokens: z
    .int()
    .positive()
    .nullable()
    .describe('Tokens that prompt and answer may have together; null where the server does not say'),
})

/** What a server is and can, as it says itself. */
export const serverTraitsSchema = z.strictObject({
  kind: z.enum(serverKinds),
  version: z.string().nullable(),
  models: z.array(servedModelSchema).max(256),
  slots: z.int().positive().nullable().describe('Requests that it answers side by side; null where it does not say'),
  hasTokenizer: z.boolean().describe('Counts tokens when asked to'),
  tellsQueue: z.boolean().describe('Says in its metrics how many requests wait'),
  cachesPrefixes: z.boolean().nullable().describe('Whether the beginning that prompts share is evaluated once; null: not known'),
})

export type ServerTraits = z.infer<typeof serverTraitsSchema>
export type ServedModel = z.infer<typeof servedModelSchema>

/**
 * What each kind can by itself. vLLM caches prefixes by default since its V1 engine and serves `/tokenize` and `/metrics` beside the API (its
 * documentation); llama-server has `/tokenize`, reuses the prompts of its slots, and tells metrics when started with `--metrics` (tools/server/README.md
 * of llama.cpp); Ollama and LM Studio keep the last prompt of each slot and have neither.
 */
export const traitsOfKind: Readonly<Record<ServerKind, Pick<ServerTraits, 'hasTokenizer' | 'tellsQueue' | 'cachesPrefixes'>>> = {
  vllm: { hasTokenizer: true, tellsQueue: true, cachesPrefixes: true },
  'llama-server': { hasTokenizer: true, tellsQueue: false, cachesPrefixes: true },
  ollama: { hasTokenizer: false, tellsQueue: false, cachesPrefixes: true },
  'lm-studio': { hasTokenizer: false, tellsQueue: false, cachesPrefixes: true },
  'openai-like': { hasTokenizer: false, tellsQueue: false, cachesPrefixes: null },
}
