import type { LlamaGrammar, LlamaGrammarEvaluationState, SequenceEvaluateOptions, Token } from 'node-llama-cpp'
import { callGrammar } from './call-grammar.ts'
import { createCallWatch } from './call-watch.ts'
import type { LoadedModel } from './load-model.ts'
import { canTakeBack, copyingTokens, type SpeechCounts } from './lookup-tokens.ts'
import type { Answer, PromptRequest } from './messages.ts'
import type { Prompt } from './prompt.ts'
import { type CallFormat, readCalls } from './read-calls.ts'
import type { Slot } from './slots.ts'
import { createTextStream } from './text-stream.ts'

interface Speech {
  request: PromptRequest
  loaded: LoadedModel
  grammar: LlamaGrammar | null
  slot: Slot
  prompt: Prompt
  signal: AbortSignal
  onText: (delta: string) => void
}

interface Spoken extends Omit<Answer, 'usage'> {
  outputTokens: number
  counts: SpeechCounts
}

/** Where the text goes, token by token. */
interface Ear {
  /** What the next token must keep to. */
  grammar(): LlamaGrammarEvaluationState | undefined
  hear(token: Token): Promise<void>
  /** Ends the answer; one that was cut off has no calls. */
  end(isWhole: boolean): Pick<Answer, 'text' | 'toolCalls'>
}

/** Lets the model speak after the last slice of its prompt. */
export async function speak(lastSlice: Token[], speech: Speech): Promise<Spoken> {
  const { request, loaded, prompt, signal } = speech
  const format = request.tools.length > 0 ? loaded.template.calls : null
  const ear = format ? callEar(speech, format) : textEar(speech)
  const counts: SpeechCounts = { decodes: 0, drafted: 0, accepted: 0 }
  let [outputTokens, isWhole]: [number, boolean] = [0, false]
  for await (const token of tokensOf(lastSlice, { speech, ear, counts })) {
    signal.throwIfAborted()
    isWhole = loaded.model.isEogToken(token) || prompt.stopTokens.has(token)
    if (isWhole) break
    await ear.hear(token)
    outputTokens++
    if (outputTokens === request.maxTokens) break
  }
  const { text, toolCalls } = ear.end(isWhole)
  if (!isWhole) return { text, toolCalls, outputTokens, counts, stopReason: 'length' }
  return { text, toolCalls, outputTokens, counts, stopReason: toolCalls.length > 0 ? 'tool-calls' : 'stop' }
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
    yield* copyingTokens({ sequence: slot.sequence, prompt: prompt.tokens, lastSlice, maxTokens, counts })
    return
  }
  const options: SequenceEvaluateOptions = { temperature, seed, yieldEogToken: true, grammarEvaluationState: () => ear.grammar() }
  for await (const token of slot.sequence.evaluate(lastSlice, options)) {
    counts.decodes++
    yield token
  }
}

function textEar({ loaded: { model, library }, grammar, onText }: Speech): Ear {
  const state = grammar ? new library.LlamaGrammarEvaluationState({ model, grammar }) : undefined
  const stream = createTextStream((tokens, special, last) => model.detokenize(tokens, special, last))
  const { say, said } = speaker(onText)
  return {
    grammar: () => state,
    async hear(token) {
      say(stream.push(token))
    },
    end() {
      const rest = stream.flush()
      if (rest !== '') say(rest)
      return { text: said(), toolCalls: [] }
    },
  }
}

/** Free text up to the marker of a call; from there on, what a call may be. */
function callEar({ request: { tools }, loaded: { model, library, llama }, onText }: Speech, format: CallFormat): Ear {
  const { say, said } = speaker(onText)
  const watch = createCallWatch(format.marker)
  const free = createTextStream((tokens, special, last) => model.detokenize(tokens, special, last))
  const spelt = createTextStream((tokens, _special, last) => model.detokenize(tokens, true, last))
  let state: LlamaGrammarEvaluationState | undefined
  let begun: string | null = null
  /** What followed the marker, control tokens included. */
  let called = ''

  /** Control tokens are nothing that a reader is shown, and some begin a call. */
  const textOf = (token: Token): string => {
    if (!model.isSpecialToken(token)) return free.push(token)
    const text = model.detokenize([token], true)
    return text.trim() !== '' && format.marker.startsWith(text.trim()) ? free.flush() + text : free.push(token)
  }

  const beginCall = async () => {
    const grammar = callGrammar(tools, { format, said: called })
    if (grammar !== null) state = new library.LlamaGrammarEvaluationState({ model, grammar: await llama.createGrammar({ grammar }) })
  }

  return {
    grammar: () => state,
    async hear(token) {
      if (begun !== null) {
        called += spelt.push(token)
        say('')
        return
      }
      const heard = watch.push(textOf(token))
      say(heard.said)
      begun = heard.begun
      called = heard.rest
      if (begun !== null) await beginCall()
    },
    end(isWhole) {
      if (begun === null) {
        const rest = free.flush()
        say(watch.push(rest).said + watch.flush())
        return { text: said(), toolCalls: [] }
      }
      called += spelt.flush()
      if (!isWhole) return { text: said(), toolCalls: [] }
      const calls = readCalls(called, { format, names: tools.map(({ name }) => name) })
      // What is no call after all was said to the reader.
      if (!calls) say(begun + called)
      return { text: said(), toolCalls: calls ?? [] }
    },
  }
}

function speaker(onText: (delta: string) => void) {
  let text = ''
  const say = (delta: string) => {
    text += delta
    onText(delta)
  }
  return { say, said: () => text }
}
