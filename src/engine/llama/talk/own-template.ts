import { callFormats, harmonyCalls, pythonCalls } from './call-formats.ts'
import type { Marks, Piece } from './marks.ts'
import type { PromptRequest } from '../messages.ts'
import { type CallFormat, readCalls } from './read-calls.ts'
import { createStandIns } from './stand-ins.ts'
import { type Habits, templateMessages, templateTools } from './template-messages.ts'
import type { RenderTemplate } from './template-renderer.ts'
import { type ThoughtMarks, thoughtMarks } from './thought-marks.ts'
import { toldTools } from './told-tools.ts'
import { writeCall } from './write-call.ts'

type Asked = Pick<PromptRequest, 'messages' | 'tools'>

/** The template of a model file, and what was found out about it. */
export interface OwnTemplate {
  habits: Habits
  /** Channels instead of thoughts: gpt-oss. */
  isHarmony: boolean
  thought: ThoughtMarks | null
  calls: CallFormat | null
  /** What stands behind an answer or a call, and so ends it. */
  afterAnswer: readonly string[]
  /** Up to where the model speaks. Throws where the template does, or loses a message. */
  pieces: (request: Asked, thinks: boolean) => Piece[]
}

interface Ingredients {
  render: RenderTemplate
  source: string
  marks: Marks
  /** How the vocabulary spells the beginning of a text and its end. */
  variables: { bos_token: string; eos_token: string }
  /** A format that the library finds for this template, where none is known here. */
  other: () => CallFormat | null
}

const isHarmony = (source: string) => source.includes('<|channel|>') && source.includes('<|start|>')

const user = (text: string) => ({ role: 'user' as const, text })
const assistant = (text: string) => ({ role: 'assistant' as const, text, toolCalls: [] })
const plain: Habits = { systemInUser: false, inputAsText: false, sayCalls: null, tellTools: null }
const probe = { name: 'probe_of_calls', input: { text: 'the input', number: 2 } }
const probeTool = {
  name: probe.name,
  description: 'Probes.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' }, number: { type: 'integer' } }, required: ['text', 'number'] },
}

/** Tries a template out: what it does with instructions, thoughts and calls. Null where it cannot even render a question. */
export function ownTemplate(ingredients: Ingredients): OwnTemplate | null {
  const { source, marks } = ingredients
  const withHabits = (habits: Habits) => (request: Asked, thinks: boolean) => renderPieces(request, { ...ingredients, habits, thinks })
  const habits = [plain, { ...plain, systemInUser: true }].find((habits) =>
    works(() =>
      withHabits(habits)(
        { messages: [{ role: 'system', text: 'Be short.' }, user('Hi'), assistant('Yes.'), user('Why?')], tools: [] },
        false,
      ),
    ),
  )
  if (!habits) return null
  const tail = (thinks: boolean) => withHabits(habits)({ messages: [user('Hi')], tools: [] }, thinks).at(-1)?.text ?? ''
  const found = findCalls(habits, { ...ingredients, withHabits })
  return {
    habits: found?.habits ?? habits,
    isHarmony: isHarmony(source),
    thought: thoughtMarks({ thinking: tail(true), silent: tail(false), source }),
    calls: found?.format ?? null,
    afterAnswer: [
      behind(withHabits(habits)({ messages: [user('Hi'), assistant('Yes.'), user('Why?')], tools: [] }, false), 'Yes.'),
    ].flatMap((text) => marks.first(text) ?? []),
    pieces: withHabits(found?.habits ?? habits),
  }
}

interface Rendering extends Ingredients {
  habits: Habits
  thinks: boolean
}

function renderPieces({ messages, tools }: Asked, { render, marks, variables, habits, thinks }: Rendering): Piece[] {
  const standIns = createStandIns()
  const hiding = { standIns, isDangerous: marks.areIn }
  const told = habits.tellTools && tools.length > 0 ? toldTools(tools, { format: habits.tellTools, hiding }) : null
  const rendered = render({
    messages: templateMessages(messages, habits, { ...hiding, told }),
    ...(tools.length > 0 && told === null && { tools: templateTools(tools, hiding) }),
    add_generation_prompt: true,
    enable_thinking: thinks,
    thinking: thinks,
    reasoning_effort: thinks ? 'medium' : 'low',
    ...variables,
  })
  const pieces = standIns.restore(rendered)
  if (!standIns.isWhole()) throw new Error('The template leaves a message out.')
  return pieces
}

type WithHabits = (habits: Habits) => OwnTemplate['pieces']

/** The first format in which the template writes a call, told by reading one that it wrote; one of which it writes every letter comes before others. */
function findCalls(habits: Habits, ingredients: Ingredients & { withHabits: WithHabits }): { format: CallFormat; habits: Habits } | null {
  const { source, withHabits, other } = ingredients
  // A model whose own template says nothing of tools never learnt to call them.
  if (!/tools|tool_calls/.test(source)) return null
  if (isHarmony(source)) return !shownCall(withHabits(habits))?.includes(probeTool.description) ? null : { format: harmonyCalls, habits }
  // What stands for the calls of this family in a template that shows none.
  const isSilent = source.includes('<|tool_list_start|>')
  const said: Habits = { ...habits, sayCalls: (name, input) => writeCall(pythonCalls, { name, input }) }
  for (const manner of [habits, { ...habits, inputAsText: true }, ...(isSilent ? [said] : [])]) {
    const found = findFormat(shownCall(withHabits(manner)), callFormats)
    if (found) return { format: found.format, habits: { ...manner, tellTools: found.tellsTools ? null : found.format } }
  }
  const shown = shownCall(withHabits(habits))
  const format = shown === null ? null : other()
  // What any JSON may begin with would make a call of an answer.
  return format && /^[<[]/.test(format.marker) && findFormat(shown, [format])?.tellsTools ? { format, habits } : null
}

/** The format of the call that a template shows, and whether it shows the tools too. */
function findFormat(text: string | null, formats: readonly CallFormat[]): { format: CallFormat; tellsTools: boolean } | null {
  if (text === null) return null
  const reading = formats.filter((format) => isRead(text, format))
  const format = reading.find((format) => text.includes(writeCall(format, probe))) ?? reading[0]
  return format ? { format, tellsTools: text.includes(probeTool.description) } : null
}

/** What a template makes of a question, a call, its result and another question; null unless it shows call and result. */
function shownCall(pieces: OwnTemplate['pieces']): string | null {
  const messages: Asked['messages'] = [
    user('Hi'),
    { role: 'assistant', text: '', toolCalls: [{ id: '1', ...probe }] },
    { role: 'tool', callId: '1', text: 'the result', isError: false },
    assistant('Yes.'),
    user('Why?'),
  ]
  try {
    const text = pieces({ messages, tools: [probeTool] }, false)
      .map((piece) => piece.text)
      .join('')
    return [probe.input.text, 'the result'].every((part) => text.includes(part)) ? text : null
  } catch {
    return null
  }
}

function isRead(text: string, format: CallFormat): boolean {
  const at = text.indexOf(probe.input.text)
  const start = text.lastIndexOf(format.marker, at) + format.marker.length
  const ending = (format.closing + format.end).trim()
  for (let end = text.indexOf(ending, at); end !== -1; end = text.indexOf(ending, end + 1)) {
    const calls = start < format.marker.length ? null : readCalls(text.slice(start, end + ending.length), { format, tools: [probeTool] })
    if (calls) return JSON.stringify(calls) === JSON.stringify([probe])
    if (end > at + 200) return false
  }
  return false
}

/** What the template says behind a text that was put in. */
function behind(pieces: readonly Piece[], text: string): string {
  const index = pieces.findIndex((piece) => !piece.isTemplate && piece.text === text)
  return pieces[index + 1]?.text ?? ''
}

function works(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
