import { AppError } from '../../domain/errors.ts'
import type { Message, Usage } from '../../domain/message.ts'
import type { GenerateRequest } from '../engine.ts'

/** Refuses what cannot fit by any count. What may fit or not is for the server to say: it has the tokenizer. */
export function refuseOverlong(request: GenerateRequest, contextTokens: number): void {
  const least = fewestTokens(request.messages)
  if (least + request.maxTokens <= contextTokens) return
  throw new AppError(
    'ENGINE_OUT_OF_CONTEXT',
    `The prompt has at least ${least} tokens; with ${request.maxTokens} for the answer it does not fit into a context of ${contextTokens}.`,
    { hint: 'Ask about less at once, or set engine.context to what the server has.' },
  )
}

/**
 * Some servers cut a long prompt and answer what is left; their own count gives it away. Zero is what servers report that do not count, and
 * templates may drop old thoughts from what the assistant said.
 */
export function refuseTruncated(request: GenerateRequest, { inputTokens }: Usage): void {
  const least = fewestTokens(request.messages.filter((message) => message.role !== 'assistant'))
  if (inputTokens === 0 || inputTokens >= least) return
  throw new AppError(
    'ENGINE_OUT_OF_CONTEXT',
    `The server read ${inputTokens} tokens of a prompt that has at least ${least}: it cut the rest off.`,
    {
      hint: 'Start the server with a longer context (Ollama: OLLAMA_CONTEXT_LENGTH).',
    },
  )
}

/** Tokenizers of code models never join two words that something other than a letter parts, so there are at least as many tokens as words. */
function fewestTokens(messages: readonly Message[]): number {
  return messages.reduce((sum, { text }) => sum + (text.match(/[A-Za-z]+/g)?.length ?? 0), 0)
}
