import { Option } from 'commander'
import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { effects, filled, wholeNumber } from './flag-values.ts'
import { addTaskFlags } from './flags.ts'

/** Small models lose the thread in longer loops. */
const defaultSteps = 20

/** `agent run "<task>"`. */
export const registerRun: RegisterCommand = (program, context, finish) => {
  const command = program
    .command('run')
    .summary('do a task with tools, on an isolated copy')
    .description(
      `Does a free task: the model reads, searches, edits and, if allowed, runs commands in a sandbox, all on a copy of this repository.
What comes out is checked with the project's linters and tests. Then it is applied as a whole, or not at all.`,
    )
    .argument('<task>', 'what to do, in a sentence or a few')
    .action(async (task: string, _flags: unknown, self) => {
      const { runRun } = await import('./run-run.ts')
      finish(await runRun(self, task, context))
    })
  command
    .optionsGroup('Permissions:')
    .addOption(
      new Option('--allow <effects>', 'what the model may do: read, write, execute')
        .argParser(effects)
        .default(['read', 'write'], 'read,write'),
    )
    .addOption(new Option('--sandbox <kind>', 'where commands, linters and tests run').choices(['auto', 'docker', 'bwrap', 'host']))
    .optionsGroup('Change:')
    .addOption(
      new Option('--patch-out <file>', 'write the patch to a file instead of applying it').argParser(filled).conflicts('commitResult'),
    )
    .option('--commit-result', 'commit what was kept')
  addTaskFlags(command, { formats, dryRun: 'print the patch instead of applying it' })
  command
    .optionsGroup('Limits:')
    .addOption(
      new Option('--max-steps <n>', 'stop after this many turns of the model')
        .argParser(wholeNumber({ from: 1, to: 1000 }))
        .default(defaultSteps),
    )
}
