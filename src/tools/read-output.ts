import { z } from 'zod'
import { formatCount, plural } from '../domain/plural.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import { defineTool } from './tool.ts'

const maxLines = 200
const noteCharacters = 200

export const readOutput = defineTool({
  name: 'read_output',
  description: `Read more of a result that was shortened, at most ${maxLines} lines at a time.`,
  effect: 'read',
  input: z.strictObject({
    id: z.string().describe('The id that the shortened result named, such as "output-1"'),
    start_line: z.int().positive().default(1).describe('First line of the result to read, counted from 1'),
    line_count: z.int().positive().default(maxLines).describe(`How many lines, at most ${maxLines}`),
  }),

  async run({ id, start_line, line_count }, { outputs, signal }) {
    signal.throwIfAborted()
    const output = outputs.read(id)
    if (output === null)
      throw new Error(`There is no result ${terminalLine(JSON.stringify(id.slice(0, 100)))}. Only a result that was shortened has an id.`)
    const lines = output.split('\n')
    if (start_line > lines.length) throw new Error(`${id} has ${plural(lines.length, 'line')}; line ${start_line} is not there.`)
    const wanted = lines.slice(start_line - 1, start_line - 1 + Math.min(line_count, maxLines))
    const budget = Math.max(1, outputs.maxCharacters - noteCharacters)
    const shown = fitting(wanted, budget)
    const last = start_line + shown.length - 1
    const rest = last < lines.length ? [`[${plural(lines.length - last, 'more line')}. To go on: start_line ${last + 1}]`] : []
    return { text: terminalText([`${id}, lines ${start_line}-${last} of ${formatCount(lines.length)}:`, ...shown, ...rest].join('\n')) }
  },
})

/** As many lines as there is room for; of a first one that is too long, its beginning. */
function fitting(lines: readonly string[], budget: number): string[] {
  const shown: string[] = []
  let left = budget
  for (const line of lines) {
    left -= line.length + 1
    if (left < 0 && shown.length > 0) break
    shown.push(line.length > budget ? `${line.slice(0, budget)}…` : line)
  }
  return shown
}
