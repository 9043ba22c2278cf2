import { z } from 'zod'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import { defineTool } from './tool.ts'

const maxCommits = 50

export const gitLog = defineTool({
  name: 'git_log',
  description: `Show the last commits, newest first: id, date, author and subject. At most ${maxCommits}.`,
  effect: 'read',
  input: z.strictObject({
    path: z.string().default('.').describe('Only commits that changed this file or folder; "." for all'),
    count: z.int().positive().default(10).describe(`How many commits, at most ${maxCommits}`),
  }),

  async run({ path, count }, { checkout, signal }) {
    signal.throwIfAborted()
    const log = await checkout.history.log({ path, count: Math.min(count, maxCommits) })
    return { text: log === '' ? `No commit changed ${terminalLine(path)}.` : terminalText(log) }
  },
})
