import type { Token } from 'node-llama-cpp'
import { AppError } from '../../domain/errors.ts'
import { jsonGrammar } from './json-grammar.ts'
import type { LoadedModel } from './load-model.ts'
import type { Answer, PromptRequest } from './messages.ts'
import { renderPrompt } from './prompt.ts'
import { cutsOf } from './slices.ts'
import { reusableIn, type Slot } from './slots.ts'
import { speak } from './speak.ts'

export interface GenerateCalls {
  signal: AbortSignal
  /** The request has left the queue. */
  onTurn: () => void
  /** Comes with every token; what the reader is not shown comes as nothing. */
  onText: (delta: string) => void
}

/** Answers one request on a sequence of its own. An abort waits for one slice of the prompt or one token at most. */
export async function generate(request: PromptRequest, loaded: LoadedModel, { signal, onTurn, onText }: GenerateCalls): Promise<Answer> {
  const { model, template, slots, sliceTokens } = loaded
  const prompt = renderPrompt(request, template, model)
  refuseOverflow(prompt.tokens.length, request.maxTokens, loaded.contextTokens)
  const grammar = request.outputSchema && (await loaded.llama.createGrammar({ grammar: jsonGrammar(request.outputSchema) }))
  const { length } = prompt.tokens
  const cuts = cutsOf({ length, shared: prompt.sharedTokens, size: sliceTokens })

  const slot = await slots.acquire({ tokens: prompt.tokens, cuts }, signal)
  try {
    onTurn()
    const cachedInputTokens = await evaluatePrompt(prompt.tokens, { cuts, slot, signal })
    const rest = prompt.tokens.slice(slot.sequence.nextTokenIndex)
    const spoken = await speak(rest, { request, loaded, grammar, slot, prompt, signal, onText })
    const { outputTokens, counts: _counts, ...said } = spoken
    return { ...said, usage: { inputTokens: length, cachedInputTokens, outputTokens } }
  } catch (error) {
    // What a failed evaluation left behind is not known.
    if (!signal.aborted) await forget(slot)
    throw error
  } finally {
    slots.release(slot)
  }
}

function refuseOverflow(promptTokens: number, maxTokens: number, contextTokens: number): void {
  if (promptTokens + maxTokens <= contextTokens) return
  throw new AppError(
    'ENGINE_OUT_OF_CONTEXT',
    `The prompt has ${promptTokens} tokens and the answer may have ${maxTokens}, but the context holds ${contextTokens} together.`,
    { hint: 'Ask about less at once, or set engine.context to more where the model and the memory allow it.' },
  )
}

/** Evaluates all slices but the last, and returns how many tokens were there already. */
async function evaluatePrompt(
  tokens: readonly Token[],
  { cuts, slot, signal }: { cuts: readonly number[]; slot: Slot; signal: AbortSignal },
): Promise<number> {
  const { sequence } = slot
  const reusable = reusableIn(slot, { tokens, cuts })
  if (reusable < sequence.nextTokenIndex) await sequence.eraseContextTokenRanges([{ start: reusable, end: sequence.nextTokenIndex }])
  const cached = sequence.nextTokenIndex
  slot.evaluatedCuts = slot.evaluatedCuts.filter((cut) => cut <= cached)
  for (const cut of cuts.filter((cut) => cut > cached)) {
    signal.throwIfAborted()
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(sequence.nextTokenIndex, cut))
    slot.evaluatedCuts.push(cut)
  }
  signal.throwIfAborted()
  return cached
}

async function forget(slot: Slot): Promise<void> {
  slot.evaluatedCuts = []
  await slot.sequence.clearHistory()
}
