import { Option } from 'commander'
import { failOnLevels } from '../domain/severity.ts'
import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { filled, reportFile } from './flag-values.ts'

/** `agent merge <reports…>`. */
export const registerMerge: RegisterCommand = (program, context, finish) => {
  program
    .command('merge')
    .summary('make one report of those of all shards')
    .description('Makes one report of the JSON reports of all shards, equal to that of a run without shards. Asks no model.')
    .argument('<reports...>', 'JSON reports of `agent review --shard <i/n>`, each shard once, in any order')
    .addOption(new Option('--format <format>', 'what is printed').choices(formats))
    .addOption(new Option('--output <file>', 'write it to a file instead').argParser(filled))
    .addOption(new Option('--report <format=file>', 'write another report as well; may be repeated').argParser(reportFile(formats)))
    .addOption(new Option('--fail-on <severity>', 'the mildest severity that ends in exit code 1').choices(failOnLevels))
    .action(async (reports: string[], _flags: unknown, self) => {
      const { runMerge } = await import('./run-merge.ts')
      finish(await runMerge(self, reports, context))
    })
}
