import { z } from 'zod'
import { terminalText } from '../domain/trust-terminal.ts'
import { defineTool } from './tool.ts'

export const gitStatus = defineTool({
  name: 'git_status',
  description: 'List the files that differ from the last commit, as `git status --porcelain` does: two letters and the path.',
  effect: 'read',
  input: z.strictObject({}),

  async run(_input, { checkout, signal }) {
    signal.throwIfAborted()
    const status = await checkout.history.status()
    return { text: status === '' ? 'Nothing differs from the last commit.' : terminalText(status) }
  },
})
