import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { addTaskFlags } from './flags.ts'

/** `agent commit-message [--staged]`. */
export const registerCommitMessage: RegisterCommand = (program, context, finish) => {
  const command = program
    .command('commit-message')
    .summary('write a commit message for the staged change')
    .description(
      'Writes a Conventional Commit message for what is staged, and prints nothing else: git commit -m "$(agent commit-message)". What does not pass the rules, and commitlint where the project has it, is not printed.',
    )
    .option('--staged', 'what is staged, which is also what is taken without it')
    .action(async (_flags: unknown, self) => {
      const { runCommitMessage } = await import('./run-commit-message.ts')
      finish(await runCommitMessage(self, context))
    })
  addTaskFlags(command, { formats, dryRun: 'print what is staged in words, and ask no model' })
}
