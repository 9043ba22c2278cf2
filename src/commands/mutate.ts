import { Option } from 'commander'
import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { filled, wholeNumber } from './flag-values.ts'
import { addTaskFlags } from './flags.ts'
import { addSelectorFlags } from './selector-flags.ts'

const defaultMutants = 200

/** `agent mutate`. */
export const registerMutate: RegisterCommand = (program, context, finish) => {
  const command = program
    .command('mutate')
    .summary('say which changed lines no test guards')
    .description(
      `Plants small defects, one at a time, in changed lines or in the files and folders named, on a copy of this repository, and runs the related
tests: a defect that no test notices is in a line that no test guards. Needs no model.`,
    )
    .argument('[paths...]', 'files and folders; all lines of them')
    .action(async (paths: readonly string[], _flags: unknown, self) => {
      const { runMutate } = await import('./run-mutate.ts')
      finish(await runMutate(self, paths, context))
    })
  addSelectorFlags(command)
  command
    .optionsGroup('Defects:')
    .addOption(
      new Option('--max-mutants <n>', 'try at most so many, spread over all files')
        .argParser(wholeNumber({ from: 1, to: 1_000_000 }))
        .default(defaultMutants),
    )
    .addOption(new Option('--sandbox <kind>', 'where tests run').choices(['auto', 'docker', 'bwrap', 'host']))
    .addOption(new Option('--mutation-report <file>', "write them for viewers of mutation testing (Stryker's schema)").argParser(filled))
  addTaskFlags(command, { formats })
}
