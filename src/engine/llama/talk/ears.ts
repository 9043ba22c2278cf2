import type { LlamaGrammar, LlamaGrammarEvaluationState, Token } from 'node-llama-cpp'
import { callGrammar, channelGrammar } from './call-grammar.ts'
import { createCallWatch } from './call-watch.ts'
import type { LoadedModel } from '../load-model.ts'
import type { Answer, PromptRequest } from '../messages.ts'
import { type CallFormat, readCalls } from './read-calls.ts'
import { createTextStream } from './text-stream.ts'

/** Where the text of an answer goes, token by token. */
export interface Ear {
  /** What the next token must keep to. */
  grammar(): LlamaGrammarEvaluationState | undefined
  hear(token: Token): Promise<void>
  /** Ends the answer; one that was cut off has no calls. */
  end(isWhole: boolean): Pick<Answer, 'text' | 'toolCalls'>
}

interface Listening {
  request: Pick<PromptRequest, 'tools'>
  loaded: Pick<LoadedModel, 'model' | 'library' | 'llama' | 'template'>
  grammar: LlamaGrammar | null
  onText: (delta: string) => void
}

/** Listens for text, for text of a schema, or for text and calls. */
export async function openEar(listening: Listening): Promise<Ear> {
  const { request, loaded } = listening
  const { calls, own } = loaded.template
  if (request.tools.length === 0 || !calls) return textEar(listening)
  return own?.isHarmony ? await channelEar(listening, calls) : callEar(listening, calls)
}

function textEar({ loaded: { model, library }, grammar, onText }: Listening): Ear {
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
function callEar({ request: { tools }, loaded: { model, library, llama }, onText }: Listening, format: CallFormat): Ear {
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
      const calls = readCalls(called, { format, tools })
      // What is no call after all was said to the reader.
      if (!calls) say(begun + called)
      return { text: said(), toolCalls: calls ?? [] }
    },
  }
}

const answerHeader = 'final<|message|>'

/** An answer that begins by saying where it goes: to the reader, or to a tool. */
async function channelEar({ request: { tools }, loaded: { model, library, llama }, onText }: Listening, format: CallFormat): Promise<Ear> {
  const { say, said } = speaker(onText)
  const free = createTextStream((tokens, special, last) => model.detokenize(tokens, special, last))
  const spelt = createTextStream((tokens, _special, last) => model.detokenize(tokens, true, last))
  const grammar = await llama.createGrammar({ grammar: channelGrammar(tools, { format, answerHeader }) })
  const state = new library.LlamaGrammarEvaluationState({ model, grammar })
  let header = ''
  let isAnswer = false
  return {
    grammar: () => (isAnswer ? undefined : state),
    async hear(token) {
      if (isAnswer) {
        say(free.push(token))
        return
      }
      header += spelt.push(token)
      isAnswer = header === answerHeader
      say('')
    },
    end(isWhole) {
      if (isAnswer) {
        const rest = free.flush()
        if (rest !== '') say(rest)
        return { text: said(), toolCalls: [] }
      }
      header += spelt.flush()
      const start = header.startsWith(format.marker) ? format.marker.length : header.length
      return { text: '', toolCalls: (isWhole && readCalls(header.slice(start), { format, tools })) || [] }
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
