import type { LlamaGrammar, SequenceEvaluateOptions, Token } from 'node-llama-cpp'
import { AppError } from '../../domain/errors.ts'
import { jsonGrammar } from './json-grammar.ts'
import type { LoadedModel } from './load-model.ts'
import type { Answer, PromptRequest } from './messages.ts'
import { type Prompt, renderPrompt } from './prompt.ts'
import { cutsOf } from './slices.ts'
import { reusableIn, type Slot } from './slots.ts'
import { createTextStream } from './text-stream.ts'

export interface GenerateCalls {
  signal: AbortSignal
  /** The request has left the queue. */
  onTurn: () => void
  onText: (delta: string) => void
}

/** Answers one request on a sequence of its own. An abort waits for one slice of the prompt or one token at most. */
export async function generate(request: PromptRequest, loaded: LoadedModel, { signal, onTurn, onText }: GenerateCalls): Promise<Answer> {
  const { model, template, slots, sliceTokens } = loaded
  const prompt = renderPrompt(request.messages, template, model)
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
    const { text, outputTokens, stopReason } = spoken
    return { text, stopReason, usage: { inputTokens: length, cachedInputTokens, outputTokens } }
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

interface Speech {
  request: PromptRequest
  loaded: LoadedModel
  grammar: LlamaGrammar | null
  slot: Slot
  prompt: Prompt
  signal: AbortSignal
  onText: (delta: string) => void
}

async function speak(lastSlice: Token[], { request, loaded, grammar, slot, prompt, signal, onText }: Speech) {
  const { model, library } = loaded
  const options: SequenceEvaluateOptions = {
    temperature: request.temperature,
    seed: request.seed,
    yieldEogToken: true,
    ...(grammar && { grammarEvaluationState: new library.LlamaGrammarEvaluationState({ model, grammar }) }),
  }
  const stream = createTextStream((tokens, special, last) => model.detokenize(tokens, special, last))
  let [text, outputTokens, stopReason]: [string, number, 'stop' | 'length'] = ['', 0, 'length']
  const say = (delta: string) => {
    text += delta
    if (delta !== '') onText(delta)
  }
  for await (const token of slot.sequence.evaluate(lastSlice, options)) {
    signal.throwIfAborted()
    if (model.isEogToken(token) || prompt.stopTokens.has(token)) {
      stopReason = 'stop'
      break
    }
    say(stream.push(token))
    outputTokens++
    if (outputTokens === request.maxTokens) break
  }
  say(stream.flush())
  return { text, outputTokens, stopReason }
}

async function forget(slot: Slot): Promise<void> {
  slot.evaluatedCuts = []
  await slot.sequence.clearHistory()
}
