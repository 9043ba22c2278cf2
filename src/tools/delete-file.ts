import { z } from 'zod'
import { terminalLine } from '../domain/trust-terminal.ts'
import { defineTool } from './tool.ts'

export const deleteFile = defineTool({
  name: 'delete_file',
  description: 'Delete one file.',
  effect: 'write',
  input: z.strictObject({ path: z.string().describe('Path relative to the root of the repository') }),

  async run({ path }, { checkout, signal }) {
    signal.throwIfAborted()
    await checkout.remove(path)
    return { text: `Deleted ${terminalLine(path)}.` }
  },
})
