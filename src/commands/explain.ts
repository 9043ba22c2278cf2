import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { addTaskFlags } from './flags.ts'

/** `agent explain <path[:line]|finding-id|range>`. */
export const registerExplain: RegisterCommand = (program, context, finish) => {
  const command = program
    .command('explain')
    .summary('explain code, a change or a finding')
    .description(
      'Explains code, a change or a finding. Every statement cites the lines it rests on; one whose citation does not hold is dropped.',
    )
    .argument('<what>', 'a file, <file>:<line>, <file>:<from>-<to>, <a>..<b>, or the id of a finding of the last reviews')
    .action(async (what: string, _flags: unknown, self) => {
      const { runExplain } = await import('./run-explain.ts')
      finish(await runExplain(self, what, context))
    })
  addTaskFlags(command, { formats })
}
