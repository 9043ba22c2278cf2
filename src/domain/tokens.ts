// Runs of letters, of digits, of spaces; single other characters.
const pieces = /[A-Za-z]+|\d+|[ \t]+|[\r\n]+|[^\sA-Za-z\d]/gu

/**
 * Tokens that a text will cost at most, without a tokenizer. It errs upward (measured against byte-level BPE vocabularies of code models:
 * 1.1 to 1.5 times the real count), because a prompt that is too long is an error and one that is a little short is not.
 */
export function estimateTokens(text: string): number {
  let tokens = 0
  for (const [piece] of text.matchAll(pieces)) {
    const code = piece.charCodeAt(0)
    if (code > 127) tokens += Math.ceil(Buffer.byteLength(piece) / 2)
    else if (isLetter(code)) tokens += Math.ceil(piece.length / 5)
    else if (isDigit(code)) tokens += piece.length
    else if (code === 32 || code === 9) tokens += piece.length > 1 ? Math.ceil(piece.length / 16) : 0
    else tokens += 1
  }
  return tokens
}

const isLetter = (code: number) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isDigit = (code: number) => code >= 48 && code <= 57
