import { Option } from 'commander'
import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { decimal, filled, wholeNumber } from './flag-values.ts'
import { addTaskFlags } from './flags.ts'
import { addSelectorFlags } from './selector-flags.ts'

/** `agent generate-tests`. */
export const registerGenerateTests: RegisterCommand = (program, context, finish) => {
  const command = program
    .command('generate-tests')
    .summary('add tests that prove something; the others are not kept')
    .description(
      `Writes tests for the functions that a change touches, or for those in the files and folders named, where the repository keeps its tests and in its style.
Works on a copy. A test is kept only where it builds, passes every time, reaches a line or notices a planted defect that no test did, leaves the whole suite green,
and fails when the code is broken. The code itself is never edited. What is kept is applied as a whole.`.replaceAll('\n', ' '),
    )
    .argument('[paths...]', 'files and folders: all functions in them')
    .action(async (paths: readonly string[], _flags: unknown, self) => {
      const { runGenerateTests } = await import('./run-generate-tests.ts')
      finish(await runGenerateTests(self, paths, context))
    })
  addSelectorFlags(command)
  command
    .optionsGroup('Tests:')
    .addOption(
      new Option('--only <what>', 'only for changed lines, for code that no test executes, or for defects that no test notices').choices([
        'changed',
        'uncovered',
        'survivors',
      ]),
    )
    .addOption(new Option('--uncovered', 'like --only uncovered; without a change or paths, in the whole repository').conflicts('only'))
    .addOption(new Option('--max-tests <n>', 'keep at most so many').argParser(wholeNumber({ from: 1, to: 200 })))
    .addOption(
      new Option('--target-coverage <percent>', 'stop when tests execute so much of the lines that are meant').argParser(
        decimal({ from: 0, to: 100 }),
      ),
    )
    .addOption(new Option('--sandbox <kind>', 'where tests run').choices(['auto', 'docker', 'bwrap', 'host']))
    .addOption(
      new Option('--patch-out <file>', 'write the patch to a file instead of applying it').argParser(filled).conflicts('commitResult'),
    )
    .addOption(new Option('--commit-result', 'commit what was kept'))
  addTaskFlags(command, { formats, dryRun: 'print the patch instead of applying it' })
}
