import type { LlamaGrammar, SequenceEvaluateOptions, Token } from 'node-llama-cpp'
import { type Ear, openEar } from './talk/ears.ts'
import type { LoadedModel } from './load-model.ts'
import { canTakeBack, copyingTokens, type SpeechCounts } from './lookup-tokens.ts'
import type { Answer, PromptRequest } from './messages.ts'
import type { Prompt } from './talk/prompt.ts'
import type { Slot } from './slots.ts'
import { think } from './talk/thinking.ts'

interface Speech {
  request: PromptRequest
  loaded: LoadedModel
  grammar: LlamaGrammar | null
  slot: Slot
  prompt: Prompt
  signal: AbortSignal
  onText: (delta: string) => void
}

interface Spoken extends Omit<Answer, 'usage' | 'inCompany'> {
  outputTokens: number
  counts: SpeechCounts
}

/** Lets the model speak after the last slice of its prompt. */
export async function speak(lastSlice: Token[], speech: Speech): Promise<Spoken> {
  const { request, loaded, prompt, signal } = speech
  const ear = await openEar(speech)
  const counts: SpeechCounts = { decodes: 0, drafted: 0, accepted: 0 }
  const thought = await thinkFirst(lastSlice, { speech, counts })
  let [outputTokens, isWhole]: [number, boolean] = [0, false]
  for await (const token of tokensOf(thought?.rest ?? lastSlice, { speech, ear, counts })) {
    signal.throwIfAborted()
    isWhole = loaded.model.isEogToken(token) || prompt.stopTokens.has(token)
    if (isWhole) break
    await ear.hear(token)
    outputTokens++
    if (outputTokens === request.maxTokens) break
    await loaded.rhythm.goOn()
  }
  const said = { ...ear.end(isWhole), ...(thought && { thought: thought.text }), counts }
  const spent = outputTokens + (thought?.tokens ?? 0)
  if (!isWhole) return { ...said, outputTokens: spent, stopReason: 'length' }
  return { ...said, outputTokens: spent, stopReason: said.toolCalls.length > 0 ? 'tool-calls' : 'stop' }
}

/** What the model thinks before it answers, in its own budget; null where it does not. */
async function thinkFirst(lastSlice: Token[], { speech, counts }: { speech: Speech; counts: SpeechCounts }) {
  const { request, prompt, loaded, slot, signal, onText } = speech
  const { thinkingTokens: maxTokens = 0, temperature, seed } = request
  if (maxTokens === 0 || !prompt.thought) return null
  const onToken = async () => {
    signal.throwIfAborted()
    counts.decodes++
    onText('')
    await loaded.rhythm.goOn()
  }
  const { sequence } = slot
  return await think(lastSlice, {
    sequence,
    model: loaded.model,
    thought: prompt.thought,
    maxTokens,
    options: { temperature, seed },
    onToken,
  })
}

/** What the model says, token by token, the one that ends the answer included. */
async function* tokensOf(
  lastSlice: Token[],
  { speech, ear, counts }: { speech: Speech; ear: Ear; counts: SpeechCounts },
): AsyncGenerator<Token, void, undefined> {
  const { request, grammar, slot, prompt, loaded } = speech
  const { temperature, seed, maxTokens, copiesInput } = request
  // A grammar, or the call that may come, chooses the next token by those before it: nothing to guess ahead.
  if (copiesInput && temperature === 0 && !grammar && request.tools.length === 0 && canTakeBack(loaded.model)) {
    yield* copyingTokens({ sequence: slot.sequence, prompt: prompt.tokens, lastSlice, maxTokens, counts, rhythm: loaded.rhythm })
    return
  }
  const options: SequenceEvaluateOptions = { temperature, seed, yieldEogToken: true, grammarEvaluationState: () => ear.grammar() }
  for await (const token of slot.sequence.evaluate(lastSlice, options)) {
    counts.decodes++
    yield token
  }
}
