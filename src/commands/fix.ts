import { Option } from 'commander'
import { severities } from '../domain/severity.ts'
import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { filled } from './flag-values.ts'
import { addTaskFlags } from './flags.ts'
import { addSelectorFlags } from './selector-flags.ts'

const several = (text: string, earlier: readonly string[] = []) => [...earlier, ...text.split(',').map((name) => filled(name.trim()))]

/** `agent fix`. */
export const registerFix: RegisterCommand = (program, context, finish) => {
  const command = program
    .command('fix')
    .summary('repair what linters report; verified, or not kept')
    .description(
      `Repairs what linters, compilers and type checkers report on changed lines, or in the files and folders named; with --review or --from, what a
review has found. Works on a copy of this repository. Linters repair what they safely can; the model is asked for the rest. A repair is kept only
where the problem is gone, nothing else got worse and the related tests pass. What is kept is applied as a whole.`.replaceAll('\n', ' '),
    )
    .argument('[paths...]', 'files and folders: all problems in them; with --review, what was changed in them')
    .action(async (paths: readonly string[], _flags: unknown, self) => {
      const { runFix } = await import('./run-fix.ts')
      finish(await runFix(self, paths, context))
    })
  addSelectorFlags(command)
  command
    .optionsGroup('Problems:')
    .addOption(new Option('--from <report>', 'what a report tells: JSON of this program, or SARIF').argParser(filled))
    .addOption(new Option('--review', 'what a review of the change finds, which is made first').conflicts('from'))
    .addOption(new Option('--rule <rule>', 'only these rules, such as no-var or eslint/no-var; may be repeated').argParser(several))
    .addOption(new Option('--tool <name>', 'only what these report; may be repeated').argParser(several))
    .addOption(new Option('--severity <severity>', 'only what is at least as grave').choices(severities))
    .optionsGroup('Repairs:')
    .addOption(new Option('--sandbox <kind>', 'where tests run').choices(['auto', 'docker', 'bwrap', 'host']))
    .addOption(
      new Option('--patch-out <file>', 'write the patch to a file instead of applying it').argParser(filled).conflicts('commitResult'),
    )
    .addOption(new Option('--commit-result [each]', 'commit what was kept; each: a commit for each repair').choices(['each']))
  addTaskFlags(command, { formats, dryRun: 'print the patch instead of applying it' })
  // Behind `--model`, of which it would otherwise set the default.
  command.optionsGroup('Model:').option('--no-model', 'only what linters repair themselves')
}
