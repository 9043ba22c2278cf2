import { readFileSync } from 'node:fs'
import type { MetadataValue } from './gguf.ts'

/** What llama.cpp makes of a token: control tokens are never read out of plain text, user-defined ones always, wherever they stand. */
export const tokenTypes = { normal: 1, control: 3, userDefined: 4 } as const

export interface Vocabulary {
  readonly size: number
  /** As they are spelt, in the order of their numbers. */
  readonly texts: readonly string[]
  /** Adds a token and returns its number. Token texts are unique. */
  add(text: string, type: keyof typeof tokenTypes): number
  /** Makes a word one token wherever it occurs in a text, also inside a longer word. */
  addWord(text: string): void
  has(text: string): boolean
  idOf(text: string): number
  metadata(): [key: string, value: MetadataValue][]
}

/** One printable character per byte, as GPT-2's tokenizer has them: bytes that are no visible Latin-1 characters move up from U+0100. */
export const byteSymbols: readonly string[] = makeByteSymbols()

/** A text as the vocabulary of a byte-level tokenizer spells it. */
export const spell = (text: string) => [...Buffer.from(text)].map((byte) => byteSymbols[byte]).join('')

const controlTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
const chatMl = readFileSync(new URL('chat-template.jinja', import.meta.url), 'utf8')
const merges = JSON.parse(readFileSync(new URL('merges.json', import.meta.url), 'utf8')) as string[]

export interface VocabularyOptions {
  /** In Jinja; without it, ChatML. */
  chatTemplate?: string
  /** Tokens that a template sets messages, thoughts and calls apart with: tags in angle brackets are found in any text, all others are control tokens. */
  marks?: readonly string[]
}

/** A tokenizer that can spell every byte, with merges learnt from our own text and the control tokens of ChatML. */
export function createVocabulary({ chatTemplate = chatMl, marks = [] }: VocabularyOptions = {}): Vocabulary {
  const [tokens, types, ids] = [[] as string[], [] as number[], new Map<string, number>()]
  const add: Vocabulary['add'] = (text, type) => {
    if (ids.has(text)) throw new Error(`The vocabulary has ${JSON.stringify(text)} already.`)
    ids.set(text, tokens.length)
    types.push(tokenTypes[type])
    return tokens.push(text) - 1
  }
  const idOf = (text: string) => {
    const id = ids.get(text)
    if (id === undefined) throw new Error(`The vocabulary has no ${JSON.stringify(text)}.`)
    return id
  }
  for (const symbol of byteSymbols) add(symbol, 'normal')
  // Two ways to merge can end in the same text, which is then one token.
  for (const text of new Set(merges.map((merge) => merge.replace(' ', '')))) add(text, 'normal')
  for (const token of controlTokens) add(token, 'control')
  for (const mark of marks) if (!ids.has(mark)) add(mark, /^<[/\w]+>$/.test(mark) ? 'userDefined' : 'control')
  return {
    get size() {
      return tokens.length
    },
    texts: tokens,
    add,
    addWord: (text) => {
      if (ids.has(text)) types[idOf(text)] = tokenTypes.userDefined
      else add(text, 'userDefined')
    },
    has: (text) => ids.has(text),
    idOf,
    metadata: () => [
      ['tokenizer.ggml.model', { text: 'gpt2' }],
      ['tokenizer.ggml.pre', { text: 'qwen2' }],
      ['tokenizer.ggml.tokens', { texts: tokens }],
      ['tokenizer.ggml.token_type', { i32s: types }],
      ['tokenizer.ggml.merges', { texts: merges }],
      ['tokenizer.ggml.bos_token_id', { u32: idOf('<|endoftext|>') }],
      ['tokenizer.ggml.padding_token_id', { u32: idOf('<|endoftext|>') }],
      ['tokenizer.ggml.eos_token_id', { u32: idOf('<|im_end|>') }],
      ['tokenizer.ggml.add_bos_token', { bool: false }],
      ['tokenizer.chat_template', { text: chatTemplate }],
    ],
  }
}

function makeByteSymbols(): string[] {
  const isVisible = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  let moved = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isVisible(byte) ? byte : moved++))
}
