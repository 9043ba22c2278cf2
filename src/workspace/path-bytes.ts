import { isUtf8 } from 'node:buffer'

const escapeBase = 0xdc00

/**
 * A path as text. Names are bytes to git: one that is not valid UTF-8 is a lone surrogate (U+DC80 to U+DCFF) in the text,
 * as in Python's PEP 383, so that no two files share a name and `pathBytes` finds the way back.
 */
export function pathText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at)
    text += length === 0 ? String.fromCharCode(escapeBase + bytes.readUInt8(at)) : bytes.toString('utf8', at, at + length)
    at += length || 1
  }
  return text
}

/** The bytes that `pathText` was made from. */
export function pathBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  return Buffer.concat(
    Array.from(text, (character) => {
      const code = character.charCodeAt(0)
      return character.length === 1 && code >= escapeBase + 0x80 && code <= escapeBase + 0xff
        ? Buffer.of(code - escapeBase)
        : Buffer.from(character, 'utf8')
    }),
  )
}

/** Git's order: by byte. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(pathBytes(a), pathBytes(b))
}

/** Bytes of the UTF-8 character at an offset; 0 when none starts there. */
function characterLength(bytes: Buffer, at: number): number {
  const lead = bytes.readUInt8(at)
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}
