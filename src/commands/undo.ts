import type { RegisterCommand } from './command.ts'

/** `agent undo`. */
export const registerUndo: RegisterCommand = (program, context, finish) => {
  program
    .command('undo')
    .summary('take the last applied run back')
    .description(
      'Takes back what the last run changed in this repository, if nothing in those files has changed since. Again, it takes back the run before.',
    )
    .action(async (_flags: unknown, self) => {
      const { runUndo } = await import('./run-undo.ts')
      finish(await runUndo(self, context))
    })
}
