import { z } from 'zod'
import type { GenerateRequest } from '../engine.ts'
import { fullDialect } from '../openai/dialect.ts'
import { requestBody } from '../openai/request-body.ts'
import type { ServerHttp } from './server-http.ts'

/** What a template adds without being asked: a system prompt of its own, the date, what tools are. */
const templateTokens = 1024
const templateTokensPerMessage = 16

const countSchema = z.object({ input_tokens: z.int().nonnegative() })
const tokensSchema = z.object({ tokens: z.array(z.unknown()) })

/** Tokens of the prompt; null where it fits by any count, so that short ones cost no further request. */
export async function countPrompt(
  request: GenerateRequest,
  { http, signal, contextTokens }: { http: ServerHttp; signal: AbortSignal; contextTokens: number },
): Promise<number | null> {
  const { messages, tools } = requestBody(request, '', fullDialect)
  const text = JSON.stringify({ messages, tools })
  const added = templateTokens + templateTokensPerMessage * messages.length
  // No token stands for less than a byte.
  const isShort = Buffer.byteLength(text) + added + request.maxTokens <= contextTokens
  if (isShort && request.tools.length === 0) return null
  const body = { messages, ...(tools && { tools }) }
  const counted = await http.json('/v1/chat/completions/input_tokens', { schema: countSchema, signal, body })
  if (counted !== null) return counted.input_tokens
  // Servers from before that path: what they cannot hold they refuse themselves, and this need not count what a template adds.
  const answer = await http.json('/tokenize', { schema: tokensSchema, signal, body: { content: wordsOf(request) } })
  return answer === null ? null : answer.tokens.length
}

const wordsOf = ({ messages, tools }: GenerateRequest) =>
  [...messages.map(({ text }) => text), ...(tools.length > 0 ? [JSON.stringify(tools)] : [])].join('\n')
