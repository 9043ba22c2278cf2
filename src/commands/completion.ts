import { Argument, type Command, Option } from 'commander'
import { exitCodes } from '../domain/errors.ts'
import type { CommandContext, RegisterCommand } from './command.ts'

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const

/** Adds `agent completion <shell>`, and the hidden command that its scripts ask on every Tab. */
export const registerCompletion: RegisterCommand = (program, context, finish) => {
  program
    .command('completion')
    .description('Print a script that completes agent in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      '\nbash:  source <(agent completion bash)      zsh:  source <(agent completion zsh)\nfish:  agent completion fish | source',
    )
    .action(async (shell: (typeof shells)[number]) => {
      const { completionScripts } = await import('./completion-scripts.ts')
      context.stdout.write(completionScripts[shell])
      finish(exitCodes.clean)
    })
  program
    .command('complete', { hidden: true })
    .addOption(new Option('--word <word>').default(''))
    .argument('[words...]')
    .action(async (words: readonly string[], { word }: { word: string }) => {
      await complete({ words, word }, program, context)
      finish(exitCodes.clean)
    })
}

/** A mistake here would be printed into somebody's half-typed command line, so that whatever fails completes nothing. */
async function complete(line: { words: readonly string[]; word: string }, program: Command, context: CommandContext): Promise<void> {
  const { completionsFor } = await import('./completions.ts')
  const { candidates, places } = await completionsFor(program, line, { key: configurationKeys })
  const lines = candidates.map(({ value, description }) => `${value}\t${description.replaceAll(/\s+/g, ' ')}\n`)
  context.stdout.write(lines.join('') + (places === undefined ? '' : `:${places}\n`))
}

async function configurationKeys(): Promise<readonly { value: string; description: string }[]> {
  const [{ configSchemaFor }, { jsonSchemaOf, settingsOf }, { configurableChecks }] = await Promise.all([
    import('../config/schema.ts'),
    import('../config/setting.ts'),
    import('../tasks/review/configurable-checks.ts'),
  ])
  return settingsOf(jsonSchemaOf(configSchemaFor(configurableChecks))).map(({ path, node }) => ({
    value: path,
    description: node.description ?? '',
  }))
}
