import { Option } from 'commander'
import type { RegisterCommand } from './command.ts'
import { filled, wholeNumber } from './flag-values.ts'

/** `agent publish <report> --pr <number>`. */
export const registerPublish: RegisterCommand = (program, context, finish) => {
  program
    .command('publish')
    .summary('post a report on a pull request')
    .description(
      'Holds a JSON report against the real diff of a pull request and posts what the diff bears out. The report may come from anybody: no model is asked, and no code of the repository is run.',
    )
    .argument('<report>', 'a JSON report of `agent review`')
    .addOption(new Option('--pr <number>', 'the pull request').argParser(wholeNumber({ from: 1 })).makeOptionMandatory())
    .addOption(new Option('--repo <owner/name>', 'its repository, if it is not that of origin').argParser(filled))
    .addOption(new Option('--mode <mode>', 'comments on lines, or a check with annotations').choices(['review', 'check']).default('review'))
    .addOption(
      new Option('--max-comments <n>', 'more findings than these go to the summary')
        .argParser(wholeNumber({ from: 0, to: 1000 }))
        .default(40),
    )
    .option('--dry-run', 'say what would be posted, and post nothing')
    .action(async (report: string, _flags: unknown, self) => {
      const { runPublish } = await import('./run-publish.ts')
      finish(await runPublish(self, report, context))
    })
}
