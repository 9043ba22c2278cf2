import type { ChatHistoryItem, ChatWrapper, LlamaModel, Token } from 'node-llama-cpp'
import type { LlamaLibrary } from './library.ts'
import type { PromptRequest } from './messages.ts'

export interface Prompt {
  tokens: readonly Token[]
  /** Where the part ends that requests with the same system messages share. */
  sharedTokens: number
  /** Tokens besides the model's own that end the answer. */
  stopTokens: ReadonlySet<Token>
}

/** The chat template of the model file, in the form that answers at once: a grammar does not go together with thinking first. */
export function chooseTemplate({ resolveChatWrapper }: Pick<LlamaLibrary, 'resolveChatWrapper'>, model: LlamaModel): ChatWrapper {
  const quiet = { warningLogs: false } as const
  const found = resolveChatWrapper(model, {
    ...quiet,
    customWrapperSettings: { jinjaTemplate: { additionalRenderParameters: { enable_thinking: false } } },
  })
  const template = model.fileInfo.metadata.tokenizer?.chat_template ?? ''
  const thinks = template.includes('enable_thinking') || found.settings.segments?.thought?.openOnResponseStart === true
  // Only where the model was trained to think: an empty thought is as strange to the others as an unasked one.
  return thinks && found.wrapperName === 'Qwen'
    ? resolveChatWrapper(model, { ...quiet, customWrapperSettings: { qwen: { thoughts: 'discourage' } } })
    : found
}

/** Renders messages up to the point where the model speaks. Text of a message never becomes a control token, whatever it contains. */
export function renderPrompt(messages: PromptRequest['messages'], template: ChatWrapper, model: LlamaModel): Prompt {
  const history = messages.map(({ role, text }): ChatHistoryItem => {
    if (role === 'assistant') return { type: 'model', response: [text] }
    return { type: role, text }
  })
  const { tokens, stopTokens } = render(history, template, model)
  const firstOther = history.findIndex(({ type }) => type !== 'system')
  if (firstOther < 1) return { tokens, stopTokens, sharedTokens: 0 }
  const system = history.slice(0, firstOther)
  const other = render([...system, { type: 'user', text: '' }], template, model).tokens
  const firstDifference = tokens.findIndex((token, index) => token !== other[index])
  return { tokens, stopTokens, sharedTokens: Math.max(0, firstDifference) }
}

function render(history: readonly ChatHistoryItem[], template: ChatWrapper, model: LlamaModel): Omit<Prompt, 'sharedTokens'> {
  const state = template.generateContextState({ chatHistory: [...history, { type: 'model', response: [] }] })
  // Formats with channels: what is said without a channel of its own goes to the one that the user reads.
  const opening = state.noPrefixTrigger?.type === 'response' ? state.noPrefixTrigger.inject.tokenize(model.tokenizer) : []
  const stops = state.stopGenerationTriggers.map((trigger) => trigger.tokenize(model.tokenizer)).filter(({ length }) => length === 1)
  return { tokens: [...state.contextText.tokenize(model.tokenizer), ...opening], stopTokens: new Set(stops.flat()) }
}
