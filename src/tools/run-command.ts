import { z } from 'zod'
import { terminalLine } from '../domain/trust-terminal.ts'
import { commandText } from './command-text.ts'
import { defineTool } from './tool.ts'

const maxCommandLength = 8000
const maxOutputBytes = 4 * 2 ** 20

export const runCommand = defineTool({
  name: 'run_command',
  description:
    'Run a shell command in the sandbox, without network. Nothing it starts lives on after it; files that it changes stay changed.',
  effect: 'execute',
  input: z.strictObject({
    command: z.string().min(1).max(maxCommandLength).describe('Command line for sh, such as "npm test"'),
    directory: z.string().default('.').describe('Folder to run it in; "." is the root of the repository'),
    timeout_seconds: z.int().positive().default(120).describe('Seconds after which it is killed'),
  }),

  async run({ command, directory, timeout_seconds }, { checkout, run, commandTimeout, signal }) {
    signal.throwIfAborted()
    if (command.includes('\0')) throw new Error('The command contains a NUL character, which no program can be given.')
    const entry = await checkout.look(directory)
    if (entry?.kind !== 'folder') throw new Error(`${terminalLine(directory)} is not a folder of the repository.`)
    const timeout = Math.min(timeout_seconds * 1000, commandTimeout)
    const result = await run({ argv: ['sh', '-c', command], directory, timeout, maxOutput: maxOutputBytes, signal })
    return { text: commandText(result), data: { command, ending: result.ending, durationMs: result.durationMs } }
  },
})
