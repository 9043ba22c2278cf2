import type { ChatHistoryItem, ChatModelFunctions, ChatWrapper, GbnfJsonSchema, LlamaModel, Token } from 'node-llama-cpp'
import { callFormatOf } from './call-format.ts'
import { chatHistory } from './chat-history.ts'
import type { LlamaLibrary } from './library.ts'
import type { PromptRequest } from './messages.ts'
import type { CallFormat } from './read-calls.ts'
import { createShelter, type Shelter, type Texts } from './shelter.ts'

/** How a model is talked to. */
export interface ChatTemplate {
  wrapper: ChatWrapper
  /** Its template opens a thought, or knows to leave it empty, before the answer. */
  thinks: boolean
  /** Null: it knows no calls. */
  calls: CallFormat | null
  texts: Texts
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
export function chooseTemplate(
  { resolveChatWrapper, LlamaText, SpecialTokensText }: Pick<LlamaLibrary, 'resolveChatWrapper'> & Texts,
  model: LlamaModel,
): ChatTemplate {
  const source = model.fileInfo.metadata.tokenizer?.chat_template ?? ''
  const generationPrompt = source.slice(source.lastIndexOf('add_generation_prompt'))
  const wrapper = resolveChatWrapper(model, { warningLogs: false, customWrapperSettings: { gemma4: { reasoning: false } } })
  // A model whose own template says nothing of tools never learnt to call them.
  const calls = source.includes('tools') ? callFormatOf(wrapper, model) : null
  if (wrapper.wrapperName === 'Qwen') sayResultsPlainly(wrapper, LlamaText)
  return { wrapper, thinks: generationPrompt.includes('<think>'), calls, texts: { LlamaText, SpecialTokensText } }
}

/** These models read results as they are; as strings of JSON they cost more, and code in them reads badly. */
function sayResultsPlainly(wrapper: ChatWrapper, LlamaText: LlamaLibrary['LlamaText']): void {
  const { prefix, suffix } = wrapper.settings.functions.result
  wrapper.generateFunctionCallResult = (_name, _input, result) => LlamaText([prefix, String(result), suffix])
}

/** Renders messages up to the point where the model speaks. Text of a message never becomes a control token, whatever it contains. */
export function renderPrompt(
  { messages, tools }: Pick<PromptRequest, 'messages' | 'tools'>,
  template: ChatTemplate,
  model: LlamaModel,
): Prompt {
  const shelter = createShelter(model, template.texts)
  const history = chatHistory(messages.map((message) => sheltered(message, shelter)))
  const rendering = { functions: functionsOf(tools, shelter), shelter, template, model }
  const prompt = render(history, rendering)
  const firstOther = messages.findIndex(({ role }) => role !== 'system')
  if (firstOther < 1) return { ...prompt, sharedTokens: 0 }
  // A text that no message begins with, so that the two part where the message begins.
  const otherHistory: ChatHistoryItem[] = [
    ...history.slice(0, firstOther),
    { type: 'user', text: '\u0001' },
    { type: 'model', response: [] },
  ]
  const other = render(otherHistory, rendering).tokens
  const firstDifference = prompt.tokens.findIndex((token, index) => token !== other[index])
  return { ...prompt, sharedTokens: Math.max(0, firstDifference) }
}

/** Some templates of model files make one text of a call and their own marks. */
function sheltered(message: PromptRequest['messages'][number], { hide, hideText }: Shelter): PromptRequest['messages'][number] {
  if (message.role !== 'assistant') return message
  return { ...message, toolCalls: message.toolCalls.map(({ id, name, input }) => ({ id, name: hideText(name), input: hide(input) })) }
}

/** The library passes on schemas that its own grammars would not know. */
const functionsOf = (tools: PromptRequest['tools'], { hide, hideText }: Shelter): ChatModelFunctions =>
  Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      hideText(name),
      { description: hideText(description), params: hide(inputSchema) as GbnfJsonSchema },
    ]),
  )

interface Rendering {
  functions: ChatModelFunctions
  shelter: Shelter
  template: ChatTemplate
  model: LlamaModel
}

function render(history: readonly ChatHistoryItem[], { functions, shelter, template, model }: Rendering): Omit<Prompt, 'sharedTokens'> {
  const { wrapper, thinks } = template
  const state = wrapper.generateContextState({ chatHistory: history, availableFunctions: functions, documentFunctionParams: true })
  const tokens = shelter.restore(state.contextText).tokenize(model.tokenizer)
  // In formats with channels, what is said without naming one goes to the reader.
  if (state.noPrefixTrigger?.type === 'response') tokens.push(...state.noPrefixTrigger.inject.tokenize(model.tokenizer))
  // The answer comes at once: a grammar does not go together with thinking first, and a thought without one has no end to rely on.
  if (thinks && !model.detokenize(tokens.slice(-8), true).trimEnd().endsWith('</think>')) tokens.push(...model.tokenize(emptyThought, true))
  const stops = state.stopGenerationTriggers.map((trigger) => trigger.tokenize(model.tokenizer)).filter(({ length }) => length === 1)
  return { tokens, stopTokens: new Set(stops.flat().filter((token) => model.isSpecialToken(token))) }
}
