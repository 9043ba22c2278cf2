import type { CallFormat, SpokenCall } from './read-calls.ts'
import type { InputTags } from './read-input.ts'

/** A call as the model would write it. */
export function writeCall(format: CallFormat, { name, input }: SpokenCall): string {
  const fill = (text: string) => text.replaceAll('{{functionName}}', () => name).replaceAll('{{number}}', '0')
  const { marker, opening, beforeInput, closing, end } = format
  return marker + opening + name + fill(beforeInput) + written(input, format) + fill(closing) + end
}

function written(input: unknown, { input: style }: CallFormat): string {
  const entries = Object.entries(typeof input === 'object' && input !== null ? input : {})
  if (style === undefined) return `{${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')}}`
  if (style === 'python') return entries.map(([key, value]) => `${key}=${python(value)}`).join(', ')
  return entries.map(([key, value]) => tagged(key, value, style)).join('')
}

const tagged = (key: string, value: unknown, { beforeKey, afterKey, afterValue }: InputTags): string =>
  beforeKey + key + afterKey + (typeof value === 'string' ? value : JSON.stringify(value)) + afterValue

function python(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}: ${python(member)}`)
    .join(', ')}}`
}
