/**
 * What must not reach a reader unseen, listed by code point so that it is independent of the properties the code asks for. Newline and
 * tab are allowed.
 */
const ranges: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0xfffe, 0xffff],
  [0xe0000, 0xe0fff],
]

/** The hidden characters of a text, as `U+202E`. */
export function hiddenIn(text: string): string[] {
  return Array.from(text)
    .map((character) => character.codePointAt(0)!)
    .filter((code) => ranges.some(([first, last]) => code >= first && code <= last))
    .map((code) => `U+${code.toString(16).toUpperCase()}`)
}
