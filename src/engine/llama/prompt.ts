import type { ChatHistoryItem, ChatWrapper, LlamaModel, Token } from 'node-llama-cpp'
import type { LlamaLibrary } from './library.ts'
import type { PromptRequest } from './messages.ts'

/** How a model is talked to. */
export interface ChatTemplate {
  wrapper: ChatWrapper
  /** Its template opens a thought, or knows to leave it empty, before the answer. */
  thinks: boolean
}

export interface Prompt {
  tokens: readonly Token[]
  /** Where the part ends that requests with the same system messages share. */
  sharedTokens: number
  /** Control tokens of the template's that end the answer, besides the model's own. */
  stopTokens: ReadonlySet<Token>
}

const emptyThought = '<think>\n\n</think>\n\n'

/** The chat template of the model file. */
export function chooseTemplate({ resolveChatWrapper }: Pick<LlamaLibrary, 'resolveChatWrapper'>, model: LlamaModel): ChatTemplate {
  const source = model.fileInfo.metadata.tokenizer?.chat_template ?? ''
  const generationPrompt = source.slice(source.lastIndexOf('add_generation_prompt'))
  const wrapper = resolveChatWrapper(model, { warningLogs: false, customWrapperSettings: { gemma4: { reasoning: false } } })
  return { wrapper, thinks: generationPrompt.includes('<think>') }
}

/** Renders messages up to the point where the model speaks. Text of a message never becomes a control token, whatever it contains. */
export function renderPrompt(messages: PromptRequest['messages'], template: ChatTemplate, model: LlamaModel): Prompt {
  const history = messages.map(({ role, text }): ChatHistoryItem => {
    if (role === 'assistant') return { type: 'model', response: [text] }
    return { type: role, text }
  })
  const prompt = render(history, template, model)
  const firstOther = history.findIndex(({ type }) => type !== 'system')
  if (firstOther < 1) return { ...prompt, sharedTokens: 0 }
  // A text that no message begins with, so that the two part where the message begins.
  const other = render([...history.slice(0, firstOther), { type: 'user', text: '\u0001' }], template, model).tokens
  const firstDifference = prompt.tokens.findIndex((token, index) => token !== other[index])
  return { ...prompt, sharedTokens: Math.max(0, firstDifference) }
}

function render(history: readonly ChatHistoryItem[], { wrapper, thinks }: ChatTemplate, model: LlamaModel): Omit<Prompt, 'sharedTokens'> {
  const state = wrapper.generateContextState({ chatHistory: [...history, { type: 'model', response: [] }] })
  const tokens = state.contextText.tokenize(model.tokenizer)
  // In formats with channels, what is said without naming one goes to the reader.
  if (state.noPrefixTrigger?.type === 'response') tokens.push(...state.noPrefixTrigger.inject.tokenize(model.tokenizer))
  // The answer comes at once: a grammar does not go together with thinking first, and a thought without one has no end to rely on.
  if (thinks && !model.detokenize(tokens.slice(-8), true).trimEnd().endsWith('</think>')) tokens.push(...model.tokenize(emptyThought, true))
  const stops = state.stopGenerationTriggers.map((trigger) => trigger.tokenize(model.tokenizer)).filter(({ length }) => length === 1)
  return { tokens, stopTokens: new Set(stops.flat().filter((token) => model.isSpecialToken(token))) }
}
