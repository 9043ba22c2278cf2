import type { ChatHistoryItem, ChatModelFunctions, ChatWrapper, GbnfJsonSchema, LlamaModel, Token } from 'node-llama-cpp'
import { callFormatOf } from './call-format.ts'
import { chatHistory } from './chat-history.ts'
import { harmonyEnding, type PromptEnding, thoughtEnding } from './prompt-ending.ts'
import type { LlamaLibrary } from '../library.ts'
import { createMarks, type Marks } from './marks.ts'
import type { PromptRequest } from '../messages.ts'
import { type OwnTemplate, ownTemplate } from './own-template.ts'
import type { CallFormat } from './read-calls.ts'
import { createShelter, type Shelter, type Texts } from './shelter.ts'
import { templateRenderer } from './template-renderer.ts'

/** How a model is talked to: by the template of its file, or where that cannot be rendered, by the library's notion of it. */
export type ChatTemplate = {
  /** Null: it knows no calls. */
  calls: CallFormat | null
  marks: Marks
} & ({ own: OwnTemplate } | ({ own: null } & LibraryTemplate))

interface LibraryTemplate {
  wrapper: ChatWrapper
  /** Its template opens a thought, or knows to leave it empty, before the answer. */
  thinks: boolean
  texts: Texts
}

export interface Prompt {
  tokens: readonly Token[]
  /** Where the part ends that requests with the same system messages share. */
  sharedTokens: number
  /** Control tokens of the template's that end the answer, besides the model's own. */
  stopTokens: ReadonlySet<Token>
  /** The thought that comes before the answer; null where there is none. */
  thought: PromptEnding['thought']
}

type Asked = Pick<PromptRequest, 'messages' | 'tools' | 'thinkingTokens'>
type Library = Pick<LlamaLibrary, 'resolveChatWrapper' | 'JinjaTemplateChatWrapper'> & Texts

/** The chat template of the model file. */
export function chooseTemplate(library: Library, model: LlamaModel): ChatTemplate {
  const source = model.fileInfo.metadata.tokenizer?.chat_template ?? ''
  const marks = createMarks(model, source)
  const render = source === '' ? null : templateRenderer(library, model.llama, source)
  const variables = { bos_token: model.tokens.bosString ?? '', eos_token: model.tokens.eosString ?? '' }
  // To ask the library takes more than a second: it tries out every template that it knows.
  const byLibrary = () => library.resolveChatWrapper(model, { warningLogs: false, customWrapperSettings: { gemma4: { reasoning: false } } })
  const own = render && ownTemplate({ render, source, marks, variables, other: () => callFormatOf(byLibrary(), model) })
  if (own) return { own, calls: own.calls, marks }
  const wrapper = byLibrary()
  // A model whose own template says nothing of tools never learnt to call them.
  const calls = source.includes('tools') ? callFormatOf(wrapper, model) : null
  const { LlamaText, SpecialTokensText } = library
  if (wrapper.wrapperName === 'Qwen') sayResultsPlainly(wrapper, LlamaText)
  const thinks = source.slice(source.lastIndexOf('add_generation_prompt')).includes('<think>')
  return { own: null, wrapper, thinks, calls, marks, texts: { LlamaText, SpecialTokensText } }
}

/** These models read results as they are; as strings of JSON they cost more, and code in them reads badly. */
function sayResultsPlainly(wrapper: ChatWrapper, LlamaText: LlamaLibrary['LlamaText']): void {
  const { prefix, suffix } = wrapper.settings.functions.result
  wrapper.generateFunctionCallResult = (_name, _input, result) => LlamaText([prefix, String(result), suffix])
}

/** Renders messages up to the point where the model speaks. Text of a message never becomes a control token, whatever it contains. */
export function renderPrompt(request: Asked, template: ChatTemplate, model: LlamaModel): Prompt {
  const prompt = render(request, template, model)
  const { messages } = request
  const firstOther = messages.findIndex(({ role }) => role !== 'system')
  if (firstOther < 1) return { ...prompt, sharedTokens: 0 }
  // A text that no message begins with, so that the two part where the message begins.
  const others = [...messages.slice(0, firstOther), { role: 'user' as const, text: '\u0001' }]
  const other = render({ ...request, messages: others }, template, model).tokens
  const firstDifference = prompt.tokens.findIndex((token, index) => token !== other[index])
  return { ...prompt, sharedTokens: Math.max(0, firstDifference) }
}

type Rendered = Omit<Prompt, 'sharedTokens'>

function render(request: Asked, template: ChatTemplate, model: LlamaModel): Rendered {
  if (!template.own) return renderByLibrary(request, template, model)
  const { own } = template
  const thinks = (request.thinkingTokens ?? 0) > 0
  const pieces = own.pieces(request, thinks)
  const tail = pieces.at(-1)?.text ?? ''
  const isOffered = request.tools.length > 0
  const { text, thought } = own.isHarmony ? harmonyEnding({ thinks, isOffered }) : thoughtEnding({ tail, thinks, own })
  const tokens = template.marks.tokenize([...pieces, { text, isTemplate: true }])
  const { bos, shouldPrependBosToken } = model.tokens
  if (shouldPrependBosToken && bos !== null && tokens[0] !== bos) tokens.unshift(bos)
  return { tokens, stopTokens: new Set(own.afterAnswer.flatMap((mark) => model.tokenize(mark, true))), thought }
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

function renderByLibrary({ messages, tools }: Asked, { wrapper, thinks, texts }: LibraryTemplate, model: LlamaModel): Rendered {
  const shelter = createShelter(model, texts)
  const history: readonly ChatHistoryItem[] = chatHistory(messages.map((message) => sheltered(message, shelter)))
  const functions = functionsOf(tools, shelter)
  const state = wrapper.generateContextState({ chatHistory: history, availableFunctions: functions, documentFunctionParams: true })
  const tokens = shelter.restore(state.contextText).tokenize(model.tokenizer)
  // In formats with channels, what is said without naming one goes to the reader.
  if (state.noPrefixTrigger?.type === 'response') tokens.push(...state.noPrefixTrigger.inject.tokenize(model.tokenizer))
  // The answer comes at once: a grammar does not go together with thinking first, and a thought without one has no end to rely on.
  if (thinks && !model.detokenize(tokens.slice(-8), true).trimEnd().endsWith('</think>'))
    tokens.push(...model.tokenize('<think>\n\n</think>\n\n', true))
  const stops = state.stopGenerationTriggers.map((trigger) => trigger.tokenize(model.tokenizer)).filter(({ length }) => length === 1)
  return { tokens, stopTokens: new Set(stops.flat().filter((token) => model.isSpecialToken(token))), thought: null }
}
