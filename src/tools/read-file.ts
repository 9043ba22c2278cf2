import { z } from 'zod'
import { formatCount, plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { fileText, linesOf } from './file-text.ts'
import { defineTool } from './tool.ts'

const maxLines = 400
const maxLineCharacters = 1000
/** Of the head and of the note at the end. */
const noteCharacters = 300

export const readFile = defineTool({
  name: 'read_file',
  description: `Read a text file with line numbers, at most ${maxLines} lines at a time. The number and "| " before each line are not part of the file.`,
  effect: 'read',
  input: z.strictObject({
    path: z.string().describe('Path relative to the root of the repository'),
    start_line: z.int().positive().default(1).describe('First line to read, counted from 1'),
    line_count: z.int().positive().default(maxLines).describe(`How many lines to read, at most ${maxLines}`),
  }),

  async run({ path, start_line, line_count }, { checkout, outputs, seen, signal }) {
    signal.throwIfAborted()
    const bytes = await checkout.read(path)
    const { text, encoding } = fileText(path, bytes)
    const lines = linesOf(text)
    const name = terminalLine(path)
    if (start_line > Math.max(1, lines.length))
      throw new Error(`${name} has ${plural(lines.length, 'line')}; line ${start_line} is not there.`)
    seen.note(path, bytes)
    if (lines.length === 0) return { text: `${name} is empty.` }
    const wanted = lines.slice(start_line - 1, start_line - 1 + Math.min(line_count, maxLines))
    const shown = fitting(wanted, { start: start_line, budget: outputs.maxCharacters - noteCharacters })
    const last = start_line + shown.length - 1
    const head = `${name}, lines ${start_line}-${last} of ${formatCount(lines.length)}:`
    const notes = [
      ...(last < lines.length ? [`[${plural(lines.length - last, 'more line')}. To go on: read_file with start_line ${last + 1}]`] : []),
      ...(encoding === 'latin1' ? ['[The file is not UTF-8; it is shown as Latin-1.]'] : []),
    ]
    return { text: [head, ...shown, ...notes].join('\n') }
  },
})

/** As many numbered lines as there is room for, and always one. */
function fitting(lines: readonly string[], { start, budget }: { start: number; budget: number }): string[] {
  const width = String(start + lines.length - 1).length
  const shown: string[] = []
  let left = budget
  for (const [index, line] of lines.entries()) {
    const numbered = `${String(start + index).padStart(width)}| ${cut(terminalTabs(line))}`
    left -= numbered.length + 1
    if (left < 0 && shown.length > 0) break
    shown.push(numbered)
  }
  return shown
}

/** Hidden characters become visible, tabs stay: they are what an edit has to repeat. */
const terminalTabs = (line: string) => line.split('\t').map(terminalLine).join('\t')

function cut(line: string): string {
  return line.length <= maxLineCharacters
    ? line
    : `${line.slice(0, maxLineCharacters)} […${formatCount(line.length - maxLineCharacters)} more characters on this line]`
}
