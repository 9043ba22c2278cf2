import { z } from 'zod'
import { terminalLine } from '../domain/trust-terminal.ts'
import { defineTool } from './tool.ts'

export const moveFile = defineTool({
  name: 'move_file',
  description: 'Move or rename one file; folders are made as needed. Imports of it are not changed, and no other file is replaced.',
  effect: 'write',
  input: z.strictObject({
    from: z.string().describe('Path of the file, relative to the root of the repository'),
    to: z.string().describe('Its new path, where nothing is yet'),
  }),

  async run({ from, to }, { checkout, signal }) {
    signal.throwIfAborted()
    await checkout.move(from, to)
    return { text: `Moved ${terminalLine(from)} to ${terminalLine(to)}.` }
  },
})
