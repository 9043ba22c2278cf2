import { z } from 'zod'
import { terminalText } from '../domain/trust-terminal.ts'
import { defineTool } from './tool.ts'

const maxLines = 200

export const gitBlame = defineTool({
  name: 'git_blame',
  description: `Show who last changed each line of a file, and in which commit. At most ${maxLines} lines at a time.`,
  effect: 'read',
  input: z.strictObject({
    path: z.string().describe('Path relative to the root of the repository'),
    start_line: z.int().positive().default(1).describe('First line, counted from 1'),
    line_count: z.int().positive().default(50).describe(`How many lines, at most ${maxLines}`),
  }),

  async run({ path, start_line, line_count }, { checkout, signal }) {
    signal.throwIfAborted()
    const endLine = start_line + Math.min(line_count, maxLines) - 1
    const blame = await checkout.history.blame({ path, startLine: start_line, endLine })
    return { text: terminalText(blame) }
  },
})
