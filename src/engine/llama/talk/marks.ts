import type { LlamaModel, Token } from 'node-llama-cpp'

export type Vocabulary = Pick<LlamaModel, 'tokenize' | 'detokenize' | 'isSpecialToken' | 'getTokenAttributes'>

/** A part of a prompt: of the template, where marks are tokens of their own, or a text that was put in, where nothing is. */
export interface Piece {
  text: string
  isTemplate: boolean
}

/**
 * The tokens with which a template sets messages, thoughts and calls apart. Not only control tokens: many models have some that the tokenizer finds in any text.
 */
export function createMarks(model: Vocabulary, template: string) {
  const known = new Map<Token, boolean>()
  const textOf = (token: Token) => model.detokenize([token], true)

  const isMark = (token: Token): boolean => {
    const found = known.get(token) ?? looksLikeMark(token)
    known.set(token, found)
    return found
  }
  const looksLikeMark = (token: Token): boolean => {
    if (model.isSpecialToken(token)) return true
    if (!model.getTokenAttributes(token).userDefined) return false
    const text = textOf(token).trim()
    return /^<.*>$/.test(text) || (text !== '' && template.includes(text) && /[^\p{L}\p{N}\s]/u.test(text))
  }

  const reading: Reading = { model, isMark, textOf }
  return {
    isMark,
    /** Whether a text spells a mark. */
    areIn: (text: string): boolean => model.tokenize(text, true).some(isMark),
    /** The mark that a text of the template begins with, white space aside. */
    first(text: string): string | null {
      const [before, mark] = split(text, reading)
      return typeof before === 'string' && before.trim() === '' && typeof mark === 'number' ? textOf(mark) : null
    },
    /** Texts are tokenized together with what the template has beside them, as a tokenizer of the whole would. */
    tokenize(pieces: readonly Piece[]): Token[] {
      let tokens: Token[] = []
      let text = ''
      const flush = () => {
        // More tokens than a call may have arguments.
        if (text !== '') tokens = tokens.concat(plainTokens(text, tokens.length === 0, reading))
        text = ''
      }
      for (const part of pieces.flatMap((piece) => (piece.isTemplate ? split(piece.text, reading) : [piece.text]))) {
        if (typeof part === 'string') {
          text += part
          continue
        }
        flush()
        tokens.push(part)
      }
      flush()
      return tokens
    },
  }
}

export type Marks = ReturnType<typeof createMarks>

interface Reading {
  model: Vocabulary
  isMark: (token: Token) => boolean
  textOf: (token: Token) => string
}

/** A text without any marks, though it spells some: those are cut in two, so that they are read as what they look like. */
function plainTokens(text: string, isFirst: boolean, reading: Reading): Token[] {
  const { model, isMark, textOf } = reading
  const tokens = model.tokenize(text, false, isFirst ? undefined : 'trimLeadingSpace')
  const mark = tokens.find(isMark)
  if (mark === undefined) return tokens
  const spelt = textOf(mark).trim()
  if (!text.includes(spelt) || spelt.length < 2) return tokens.filter((token) => !isMark(token))
  const [first = '', ...others] = spelt
  const parts = text.split(spelt)
  const halves = parts.map((part, index) => (index > 0 ? others.join('') : '') + part + (index < parts.length - 1 ? first : ''))
  return halves.flatMap((half, index) => plainTokens(half, isFirst && index === 0, reading))
}

/** Marks, and the texts between them. */
function split(text: string, { model, isMark, textOf }: Reading): (Token | string)[] {
  const parts: (Token | string)[] = []
  let rest = text
  for (const mark of model.tokenize(text, true).filter(isMark)) {
    const spelt = textOf(mark)
    const at = rest.indexOf(spelt)
    if (at === -1) continue
    parts.push(rest.slice(0, at), mark)
    rest = rest.slice(at + spelt.length)
  }
  return [...parts, rest]
}
