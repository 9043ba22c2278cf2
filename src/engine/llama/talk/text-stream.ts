import type { Token } from 'node-llama-cpp'

type Detokenize = (tokens: readonly Token[], specialTokens: boolean, lastTokens: readonly Token[]) => string

/** A UTF-8 character has at most four bytes, and a token at least one. */
const longestCharacter = 4
const lookBack = 8

/** Turns tokens into text as they come; a character that is spread over several tokens is said when it is whole. */
export function createTextStream(detokenize: Detokenize) {
  const said: Token[] = []
  let held: Token[] = []
  const flush = (): string => {
    if (held.length === 0) return ''
    const text = detokenize(held, false, said.slice(-lookBack))
    said.push(...held)
    held = []
    return text
  }
  const push = (token: Token): string => {
    held.push(token)
    const isCut = held.length < longestCharacter && detokenize(held, false, said.slice(-lookBack)).endsWith('\uFFFD')
    return isCut ? '' : flush()
  }
  return { push, flush }
}
