import { isUtf8 } from 'node:buffer'
import { quotedName } from '../workspace/path-policy.ts'
import { looksBinary } from '../workspace/looks-binary.ts'

/** A file's text without its byte order mark, and what has to be known to write it back. */
export interface FileText {
  text: string
  encoding: 'utf8' | 'latin1'
  hasByteOrderMark: boolean
}

/** Throws for what is no text: an image is not shown to a model that reads lines. */
export function fileText(path: string, bytes: Buffer): FileText {
  if (bytes.length >= 2 && ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2)))
    throw new Error(`${quotedName(path)} is UTF-16; only UTF-8 text is read.`)
  if (looksBinary(bytes)) throw new Error(`${quotedName(path)} is binary (${bytes.length} bytes).`)
  // Every byte is a character of Latin-1, so nothing is lost where the encoding is not known.
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
  const text = bytes.toString(encoding)
  const hasByteOrderMark = text.startsWith('\uFEFF')
  return { text: hasByteOrderMark ? text.slice(1) : text, encoding, hasByteOrderMark }
}

/** Lines as an editor counts them: a newline at the end begins no further one. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
