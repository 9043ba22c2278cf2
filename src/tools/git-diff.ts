import { z } from 'zod'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import { defineTool } from './tool.ts'

export const gitDiff = defineTool({
  name: 'git_diff',
  description: 'Show what differs from the last commit as a unified diff. Files that git does not track yet are only named.',
  effect: 'read',
  input: z.strictObject({ path: z.string().default('.').describe('File or folder; "." is the whole repository') }),

  async run({ path }, { checkout, signal }) {
    signal.throwIfAborted()
    const diff = await checkout.history.diff(path)
    if (diff !== '') return { text: terminalText(diff) }
    return { text: path === '.' ? 'Nothing differs from the last commit.' : `${terminalLine(path)} does not differ from the last commit.` }
  },
})
