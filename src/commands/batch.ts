import { type Command, Option } from 'commander'
import type { BatchTaskName } from './batch/batch-task.ts'
import type { CommandContext, RegisterCommand } from './command.ts'
import { registerExplain } from './explain.ts'
import { registerFix } from './fix.ts'
import { registerGenerateTests } from './generate-tests.ts'
import { registerMutate } from './mutate.ts'
import { registerReview } from './review.ts'
import { registerRun } from './run.ts'

const tasks: Readonly<Record<BatchTaskName, RegisterCommand>> = {
  review: registerReview,
  fix: registerFix,
  'generate-tests': registerGenerateTests,
  mutate: registerMutate,
  run: registerRun,
  explain: registerExplain,
}

/** `agent batch <task> [paths…]`: each task with its own flags, and those of a batch. */
export const registerBatch: RegisterCommand = (program, context, finish) => {
  const batch = program
    .command('batch')
    .summary('do a task file by file, and go on where it was stopped')
    .description(
      `Does a task for one file after the other, or for one package after the other, and puts the results together into one report. What is finished is
remembered: the same command, started again after it was stopped or killed, goes on with what is left.`.replaceAll('\n', ' '),
    )
  for (const [name, register] of Object.entries(tasks)) {
    register(batch, context, finish)
    const command = batch.commands.at(-1)
    if (command) asBatch(command, name as BatchTaskName, { context, finish })
  }
}

interface Registering {
  context: CommandContext
  finish: Parameters<RegisterCommand>[2]
}

/** What the command of a task becomes in a batch: the same flags, but for many files. */
function asBatch(command: Command, name: BatchTaskName, { context, finish }: Registering): void {
  if (!command.registeredArguments.some(({ variadic }) => variadic)) command.argument('[paths...]', 'files and folders')
  command
    .optionsGroup('Batch:')
    .addOption(
      new Option('--per <unit>', 'what is one unit of work: a file, or a folder with a manifest')
        .choices(['file', 'package'])
        .default('file'),
    )
    .option('--fail-fast', 'begin nothing more once a unit has failed')
    .action(async (...given: unknown[]) => {
      const { runBatch } = await import('./run-batch.ts')
      // Commander hands over the arguments, then the flags and the command.
      finish(
        await runBatch(
          command,
          {
            name,
            given: given
              .slice(0, -2)
              .flat()
              .filter((argument) => typeof argument === 'string'),
          },
          context,
        ),
      )
    })
}
