const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 }
const lettersByByte = new Map(Object.entries(escapes).map(([letter, byte]) => [byte, letter]))

/** A name as git writes it in the headers of a patch: in double quotes with C escapes when any byte needs one (`core.quotePath=true`). */
export function quotePath(name: Buffer): string {
  const quoted = Array.from(name, quoteByte).join('')
  return quoted.length === name.length ? quoted : `"${quoted}"`
}

function quoteByte(byte: number): string {
  const letter = lettersByByte.get(byte)
  if (letter !== undefined) return `\\${letter}`
  return byte < 0x20 || byte >= 0x7f ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte)
}

/** Reads a quoted name at the start of a header (one character per byte); null when the quotes or an escape are broken. */
export function unquotePath(text: string): { name: Buffer; rest: string } | null {
  const match = /^"((?:[^"\\]|\\(?:[abtnvfr"\\]|[0-3][0-7]{2}))*)"/.exec(text)
  if (!match) return null
  const name = (match[1] ?? '').replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    String.fromCharCode(code.length === 3 ? Number.parseInt(code, 8) : (escapes[code] ?? 0)),
  )
  return { name: Buffer.from(name, 'latin1'), rest: text.slice(match[0].length) }
}
