import { z } from 'zod'

const toolCallDelta = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  // Some servers send the arguments as an object instead of as text.
  function: z.object({ name: z.string().nullish(), arguments: z.unknown().optional() }).nullish(),
})

const delta = z.object({
  content: z.string().nullish(),
  refusal: z.string().nullish(),
  // Older vLLM and llama-server say reasoning_content, newer vLLM says reasoning. Neither is part of the answer.
  reasoning: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(toolCallDelta).nullish(),
})

const tokenSchema = z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.int().min(0).max(255)).nullish().catch(null) })

const tokenCount = z.int().nonnegative().nullish().catch(null)

const usage = z.object({
  prompt_tokens: tokenCount,
  completion_tokens: tokenCount,
  prompt_tokens_details: z.object({ cached_tokens: tokenCount }).nullish().catch(null),
})

/** One event of the stream, or the one document of a server that does not stream. Only what is used; the rest is theirs. */
export const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        delta: delta.nullish(),
        message: delta.nullish(),
        finish_reason: z.string().nullish(),
        logprobs: z
          .object({ content: z.array(tokenSchema).nullish() })
          .nullish()
          .catch(null),
      }),
    )
    .nullish(),
  usage: usage.nullish(),
  /** Instead of an answer, with status 200. */
  error: z.unknown().optional(),
})

/** The answer of `/models`. vLLM says there how long its context is. */
export const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string().min(1), max_model_len: z.int().positive().nullish().catch(null) })),
})

export type Chunk = z.infer<typeof chunkSchema>
export type WireToken = z.infer<typeof tokenSchema>
export type ToolCallDelta = z.infer<typeof toolCallDelta>
