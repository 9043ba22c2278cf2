import { randomBytes } from 'node:crypto'
import type { LlamaModel, LlamaText } from 'node-llama-cpp'
import type { LlamaLibrary } from '../library.ts'

export type Texts = Pick<LlamaLibrary, 'LlamaText' | 'SpecialTokensText'>

/**
 * Keeps texts that spell control tokens out of a template that would make them such: stand-ins go in, and what comes out has the texts in their place,
 * as plain text inside a string of JSON.
 */
export function createShelter(model: Pick<LlamaModel, 'tokenize' | 'isSpecialToken'>, { LlamaText, SpecialTokensText }: Texts) {
  const hidden = new Map<string, string>()
  const isDangerous = (text: string) => model.tokenize(text, true).some((token) => model.isSpecialToken(token))

  const hideText = (text: string): string => {
    if (!isDangerous(text)) return text
    const standIn = `x${randomBytes(12).toString('hex')}`
    hidden.set(standIn, JSON.stringify(text).slice(1, -1))
    return standIn
  }

  /** A value of JSON with stand-ins for such texts, keys included. */
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string') return hideText(value)
    if (Array.isArray(value)) return value.map(hide)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [hideText(key), hide(member)]))
  }

  const restore = (text: LlamaText): LlamaText => {
    if (hidden.size === 0) return text
    const standIns = new RegExp(`(${[...hidden.keys()].join('|')})`)
    const values = text.values.flatMap((value): LlamaText['values'][number][] => {
      const isControl = value instanceof SpecialTokensText
      if (!isControl && typeof value !== 'string') return [value]
      const parts = (isControl ? value.value : value).split(standIns)
      return parts.map((part) => hidden.get(part) ?? (isControl ? new SpecialTokensText(part) : part))
    })
    return LlamaText(values)
  }

  return { hide, hideText, restore }
}

export type Shelter = ReturnType<typeof createShelter>
