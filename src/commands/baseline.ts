import { type Command, Option } from 'commander'
import { formats } from '../reporters/formats.ts'
import type { CommandContext, RegisterCommand } from './command.ts'
import { filled } from './flag-values.ts'
import { addTaskFlags } from './flags.ts'
import { addSelectorFlags } from './selector-flags.ts'

/** `agent baseline create|update|show`. */
export const registerBaseline: RegisterCommand = (program, context, finish) => {
  const baseline = program.command('baseline').description("Accept today's findings; only new ones count from then on")
  for (const [name, description] of [
    ['create', 'Review a change and accept what is found'],
    ['update', 'Accept what is found now, and forget what is gone from the files looked at'],
  ] as const) {
    const command = baseline
      .command(name)
      .description(description)
      .argument('[paths...]', 'only these files and folders')
      .addOption(new Option('--from <report>', 'take the findings of a JSON report instead of reviewing').argParser(filled))
      .action(async (paths: string[], _flags: unknown, self: Command) => {
        const { writeBaseline } = await import('./write-baseline.ts')
        finish(await writeBaseline(name, { command: self, paths, context }))
      })
    addTaskFlags(addSelectorFlags(command), { formats })
  }
  baseline
    .command('show')
    .description('List what is accepted')
    .addOption(new Option('--baseline <file>', 'the file to read').argParser(filled))
    .addOption(new Option('--format <format>', 'how it is printed').choices(['pretty', 'json']).default('pretty'))
    .action(async (_flags: unknown, self: Command) => finish(await show(self, context)))
}

async function show(command: Command, context: CommandContext) {
  const { showBaseline } = await import('./write-baseline.ts')
  return showBaseline(command, context)
}
