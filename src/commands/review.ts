import { formats } from '../reporters/formats.ts'
import type { RegisterCommand } from './command.ts'
import { addTaskFlags } from './flags.ts'
import { addPullRequestFlags, addSelectorFlags } from './selector-flags.ts'

/** `agent review [selector] [paths…]`. */
export const registerReview: RegisterCommand = (program, context, finish) => {
  const command = program
    .command('review')
    .summary('report defects in a change')
    .description(
      'Reviews a change: deterministic checks first, then a model that has to quote what it claims. Only changed lines are reported.',
    )
    .argument('[paths...]', 'only these files and folders')
    .action(async (paths: string[], _flags: unknown, self) => {
      const { runReview } = await import('./run-review.ts')
      finish(await runReview(self, paths, context))
    })
  addTaskFlags(addPullRequestFlags(addSelectorFlags(command)), { formats })
}
