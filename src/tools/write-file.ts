import { z } from 'zod'
import { plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import type { Checkout } from '../workspace/checkout.ts'
import { fileText, linesOf } from './file-text.ts'
import type { SeenFiles } from './seen-files.ts'
import { defineTool } from './tool.ts'

/** As many as `read_file` shows at once: of a longer file, nobody has seen the whole. */
const maxReplacedLines = 400
/** What stands where a model left something out. */
const elision =
  /^[ \t]*(?:\/\/|#|\/\*|--|<!--|;|%)[ \t]*(?:\.{3}|…)[ \t]*(?:\(?(?:the )?(?:rest|remaining|existing|other|previous|unchanged|same)\b)/im

export const writeFile = defineTool({
  name: 'write_file',
  description:
    'Write a whole text file; folders are made as needed. A file that exists must have been read first, and a long one is for edit_file.',
  effect: 'write',
  input: z.strictObject({
    path: z.string().describe('Path relative to the root of the repository'),
    content: z.string().describe('The whole content of the file, nothing left out'),
  }),

  async run({ path, content }, { checkout, seen, signal }) {
    signal.throwIfAborted()
    const before = await currentText(checkout, path)
    const name = terminalLine(path)
    if (before) requireReplaceable(before, { name, path, content, seen })
    const bytes = encoded(content, before)
    if (before?.bytes.equals(bytes)) return { text: `${name} holds exactly this already.` }
    await checkout.write(path, bytes)
    seen.note(path, bytes)
    const now = plural(linesOf(content).length, 'line')
    return { text: before ? `Replaced ${name}: ${plural(before.lines, 'line')} before, ${now} now.` : `Wrote ${name}, ${now}.` }
  },
})

interface CurrentText {
  bytes: Buffer
  lines: number
  hasByteOrderMark: boolean
  /** Whether every line ends as on Windows. */
  hasCarriageReturns: boolean
}

async function currentText(checkout: Checkout, path: string): Promise<CurrentText | null> {
  const entry = await checkout.look(path)
  if (!entry) return null
  // Also says why, for a folder or a link.
  const bytes = await checkout.read(path)
  const { text, encoding, hasByteOrderMark } = fileText(path, bytes)
  if (encoding !== 'utf8')
    throw new Error(`${terminalLine(path)} is not UTF-8, and writing it would change every line with another letter. It was left alone.`)
  const newlines = text.split('\n').length - 1
  return {
    bytes,
    lines: linesOf(text).length,
    hasByteOrderMark,
    hasCarriageReturns: newlines > 0 && text.split('\r\n').length - 1 === newlines,
  }
}

interface Replacing {
  name: string
  path: string
  content: string
  seen: SeenFiles
}

function requireReplaceable({ bytes, lines }: CurrentText, { name, path, content, seen }: Replacing): void {
  if (lines > maxReplacedLines)
    throw new Error(`${name} has ${plural(lines, 'line')}, too many to be written anew. Change a part of it with edit_file.`)
  const known = bytes.length === 0 ? 'seen' : seen.check(path, bytes)
  if (known === 'unseen')
    throw new Error(`${name} exists, and you have not read it. Read it first, then write it or change a part with edit_file.`)
  if (known === 'changed') throw new Error(`${name} has changed since you read it. Read it again.`)
  const left = elision.exec(content)?.[0]
  if (left !== undefined)
    throw new Error(
      `The content leaves something out ("${terminalLine(left.trim())}"), and the file would lose it. Write all of it, or use edit_file.`,
    )
}

/** Line ends and byte order mark as they were; a file that holds anything ends with a newline. */
function encoded(content: string, before: CurrentText | null): Buffer {
  const ended = content === '' || content.endsWith('\n') ? content : `${content}\n`
  const text = before?.hasCarriageReturns ? ended.replaceAll(/\r?\n/g, '\r\n') : ended
  return Buffer.from(before?.hasByteOrderMark && !text.startsWith('\uFEFF') ? `\uFEFF${text}` : text)
}
