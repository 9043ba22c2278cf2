import type { ChatWrapper, LlamaModel, LlamaText } from 'node-llama-cpp'
import { type CallFormat, readCalls } from './read-calls.ts'

/** A part of a text of the template's: plain, or control tokens. */
interface Part {
  text: string
  isControl: boolean
}

type Special = Pick<LlamaModel, 'tokenize' | 'detokenize' | 'isEogToken'>

const shortestMarker = 4
/** What follows a tag, such as the beginning of JSON, models write in more than one way. */
const firstTag = /^(?:<[^>\s]*>?|\[[^\]\s]*\]|\S+)/

/**
 * The format of a wrapper, or null where it has none that a model was trained on: the library's own makeshift, formats that go by channels or begin
 * without control tokens, those in which the input is no JSON, and templates that fail when they are given tools.
 */
export function callFormatOf(wrapper: ChatWrapper, model: Special): CallFormat | null {
  try {
    return formatOf(wrapper, model)
  } catch {
    return null
  }
}

function formatOf(wrapper: ChatWrapper, model: Special): CallFormat | null {
  const { call, parallelism } = wrapper.settings.functions
  const prefix = partsOf(call.prefix)
  const [first, ...others] = [...partsOf(parallelism?.call.sectionPrefix), ...prefix].filter(isSaid)
  if (!first?.isControl) return null
  const begin = first.text.trimStart()
  const marker = firstTag.exec(begin)?.[0] ?? ''
  const suffix = partsOf(call.suffix)
  const end = partsOf(parallelism?.call.sectionSuffix)
  const firstControl = end.findIndex(({ isControl }) => isControl)
  const format: CallFormat = {
    marker,
    opening: begin.slice(marker.length) + textOf(others),
    beforeInput: textOf(partsOf(call.paramsPrefix)),
    closing: beforeEnd(suffix, model),
    between: parallelism ? textOf(partsOf(parallelism.call.betweenCalls)) + textOf(prefix) : null,
    end: textOf(firstControl === -1 ? end : end.slice(0, firstControl)),
  }
  const isUsable = marker.length >= shortestMarker && isOffered(wrapper) && readsItself(wrapper, { format, suffix: textOf(suffix) })
  return isUsable ? format : null
}

/** White space before a marker is no part of it; any after it is. */
const isSaid = ({ text }: Part, index: number, parts: readonly Part[]): boolean =>
  text.trim() !== '' || parts.slice(0, index).some((part) => part.text.trim() !== '')

const probe = { name: 'probe_of_calls', description: 'Probes.', input: { text: 'the input', number: 2 }, result: 'the result' }

/** Whether the wrapper shows tools, calls and results to the model, and leaves it to the model where in its answer to call. */
function isOffered(wrapper: ChatWrapper): boolean {
  const state = wrapper.generateContextState({
    chatHistory: [
      { type: 'user', text: 'Hi' },
      {
        type: 'model',
        response: [{ type: 'functionCall', name: probe.name, params: probe.input, result: probe.result, startsNewChunk: true }],
      },
    ],
    availableFunctions: {
      [probe.name]: { description: probe.description, params: { type: 'object', properties: { text: { type: 'string' } } } },
    },
    documentFunctionParams: true,
  })
  const text = state.contextText.toString()
  const isShown = text.includes(probe.description) && text.includes(probe.input.text) && text.includes(probe.result)
  const goesByChannels = state.prefixTriggers !== undefined || state.noPrefixTrigger !== undefined || state.detectFunctionCalls === false
  return isShown && !goesByChannels && !state.functionCall?.initiallyEngaged
}

/** Whether what the wrapper writes as a call is read as that call. A format that wraps a JSON input in an XML one is the library's own invention. */
function readsItself(wrapper: ChatWrapper, { format, suffix }: { format: CallFormat; suffix: string }): boolean {
  if (format.beforeInput.includes('<parameter=')) return false
  const sectionPrefix = textOf(partsOf(wrapper.settings.functions.parallelism?.call.sectionPrefix))
  const written = sectionPrefix + wrapper.generateFunctionCall(probe.name, probe.input).toString()
  const said =
    written.slice(written.indexOf(format.marker) + format.marker.length, written.length - suffix.length) + format.closing + format.end
  return (
    JSON.stringify(readCalls(said, { format, tools: [{ name: probe.name, inputSchema: {} }] })) ===
    JSON.stringify([{ name: probe.name, input: probe.input }])
  )
}

function partsOf(text: string | LlamaText | undefined): Part[] {
  const json = typeof text === 'object' ? text.toJSON() : (text ?? '')
  return (typeof json === 'string' ? [json] : json).map((part) =>
    // What has no spelling of its own ends the answer.
    typeof part === 'string'
      ? { text: part, isControl: false }
      : { text: part.type === 'specialTokensText' ? part.value : '', isControl: true },
  )
}

const textOf = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('')

/** Up to the first token with which the answer ends anyway. */
function beforeEnd(parts: readonly Part[], model: Special): string {
  const texts = parts.map(({ text, isControl }) => {
    const ending = isControl ? model.tokenize(text, true).find((token) => model.isEogToken(token)) : undefined
    return ending === undefined ? text : text.slice(0, text.indexOf(model.detokenize([ending], true)))
  })
  return texts.join('')
}
