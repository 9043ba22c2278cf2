import { AppError } from '../../domain/errors.ts'
import { evaluatePrompt } from './evaluate-prompt.ts'
import { jsonGrammar } from './talk/json-grammar.ts'
import type { LoadedModel } from './load-model.ts'
import type { Answer, PromptRequest } from './messages.ts'
import { renderPrompt } from './talk/prompt.ts'
import { cutsOf } from './slices.ts'
import type { Slot } from './slots.ts'
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
  refuseOverflow(prompt.tokens.length, request.maxTokens + thoughtRoom(request), loaded.contextTokens)
  const grammar = request.outputSchema && (await loaded.llama.createGrammar({ grammar: jsonGrammar(request.outputSchema) }))
  const { length } = prompt.tokens
  const cuts = cutsOf({ length, shared: prompt.sharedTokens, size: sliceTokens })

  const slot = await slots.acquire({ tokens: prompt.tokens, cuts }, signal)
  try {
    onTurn()
    const cachedInputTokens = await evaluatePrompt({ ...prompt, cuts }, { slot, loaded, signal })
    const rest = prompt.tokens.slice(slot.sequence.nextTokenIndex)
    const speaker = loaded.rhythm.begin()
    try {
      const spoken = await speak(rest, { request, loaded, grammar, slot, prompt, signal, onText })
      const { outputTokens, counts, ...said } = spoken
      count(loaded.counts, { promptTokens: rest.length, outputTokens, ...counts })
      return { ...said, inCompany: speaker.inCompany, usage: { inputTokens: length, cachedInputTokens, outputTokens } }
    } finally {
      loaded.rhythm.end(speaker)
    }
  } catch (error) {
    // What a failed evaluation left behind is not known.
    if (!signal.aborted) await loaded.rhythm.alone(() => forget(slot))
    throw error
  } finally {
    slots.release(slot)
  }
}

/** A thought, and what is said to end it. */
const thoughtRoom = ({ thinkingTokens }: PromptRequest): number => (thinkingTokens ? thinkingTokens + 16 : 0)

function refuseOverflow(promptTokens: number, maxTokens: number, contextTokens: number): void {
  if (promptTokens + maxTokens <= contextTokens) return
  throw new AppError(
    'ENGINE_OUT_OF_CONTEXT',
    `The prompt has ${promptTokens} tokens and the answer may have ${maxTokens}, but the context holds ${contextTokens} together.`,
    { hint: 'Ask about less at once, or set engine.context to more where the model and the memory allow it.' },
  )
}

function count(
  counts: LoadedModel['counts'],
  { promptTokens, outputTokens, drafted, accepted }: { promptTokens: number; outputTokens: number; drafted: number; accepted: number },
): void {
  counts.promptTokens += promptTokens
  counts.outputTokens += outputTokens
  counts.draftedTokens += drafted
  counts.acceptedTokens += accepted
}

async function forget(slot: Slot): Promise<void> {
  slot.evaluatedCuts = []
  await slot.sequence.clearHistory()
}
