import { editDistance } from '../domain/closest.ts'
import type { ToolCall } from '../domain/message.ts'
import type { Tool } from '../tools/tool.ts'
import { inputOf } from './calls/printed-call.ts'
import type { Reading } from './calls/read-value.ts'

/** A call that a model made, under the name that the tool has where it is clear which one is meant. */
export interface RequestedCall extends ToolCall {
  /** How surely the input is what the model wrote. */
  reading: Reading
}

/** Names are a guess away from each other where one letter tells `read_file` from something else. */
const mostMistakes = 2

/** A call that came as a call. Input that is no object is text that was meant to be JSON. */
export function nativeCall({ id, name, input }: ToolCall, tools: readonly Tool[]): RequestedCall {
  return { id, name: resolveName(name, tools), ...inputOf(input, 'exact') }
}

/**
 * The tool's own name for what a model wrote: spelled in another style, or behind a namespace, it is the same name. One or two wrong letters
 * are put right for tools that only read; what would write or run something is not chosen by a guess.
 */
export function resolveName(written: string, tools: readonly Tool[]): string {
  if (tools.some(({ name }) => name === written)) return written
  const plain = plainName(written)
  const same = tools.filter(({ name }) => plainName(name) === plain)
  if (same.length > 0) return same.length === 1 && same[0] ? same[0].name : written
  const near = tools.filter(({ name }) => Math.abs(name.length - plain.length) <= mostMistakes && editDistance(plain, name) <= mostMistakes)
  const [only, ...others] = near
  return only && others.length === 0 && only.effect === 'read' && only.name.length > 2 * mostMistakes ? only.name : written
}

/** `functions.readFile:0` and `read-file` as `read_file`. */
function plainName(name: string): string {
  return name
    .slice(0, 200)
    .trim()
    .replace(/:\d+$/, '')
    .replace(/^.*[.:/]/, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[-\s]+/g, '_')
    .toLowerCase()
}
