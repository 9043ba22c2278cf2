/**
 * What a reader cannot see but a program obeys: control characters except newline and tab, bidirectional controls, zero-width and tag
 * characters, line separators, lone surrogates. A variation selector is let through where it makes an emoji of the character before it.
 */
const hidden =
  /(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}\uFFF9-\uFFFB]|(?!(?<=\p{Emoji})\uFE0F)\p{Default_Ignorable_Code_Point}/gu

/**
 * Makes every hidden character of a text visible, so that what is read is what is there. Text from a repository, a model or a tool
 * passes this before it goes anywhere. Ends of lines become newlines; doing it twice changes nothing.
 */
export function showHidden(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(hidden, nameOf)
}

/** C0 controls have pictures of their own; everything else is written as its code point. */
function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/** Hidden characters as JSON escapes, for text that must stay the same when it is read back. */
export function escapeHidden(json: string): string {
  return json.replaceAll(hidden, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
  )
}
