import { type Command, Option } from 'commander'
import { pullRequestBase } from '../config/environment.ts'
import { AppError, exitCodes } from '../domain/errors.ts'
import { jsonText } from '../domain/trust-json.ts'
import { colorEnabled } from './color.ts'
import type { CommandContext, RegisterCommand } from './command.ts'
import type { Explained } from './config-text.ts'
import { globalFlags } from './flags.ts'
import { type CommandSettings, loadSettings } from './load-settings.ts'

/** Adds `agent config show|explain|schema`. */
export const registerConfig: RegisterCommand = (program, context, finish) => {
  const config = program.command('config').description('Show the configuration and where each value comes from')
  config
    .command('show')
    .description('Print every value that holds here, and what set it')
    .addOption(new Option('--format <format>', 'how it is printed').choices(['pretty', 'json']).default('pretty'))
    .action(async ({ format }: { format: 'pretty' | 'json' }, command: Command) => {
      await show(format, command, context)
      finish(exitCodes.clean)
    })
  config
    .command('explain <key>')
    .description('Tell what a key such as review.failOn means and what it may be')
    .action(async (key: string, _flags: unknown, command: Command) => {
      await explain(key, command, context)
      finish(exitCodes.clean)
    })
  config
    .command('schema')
    .description('Print the JSON Schema of the configuration')
    .action(async () => {
      const { publishedSchema } = await import('../config/published-schema.ts')
      const { configurableChecks } = await import('../tasks/review/configurable-checks.ts')
      context.stdout.write(jsonText(publishedSchema(configurableChecks)))
      finish(exitCodes.clean)
    })
}

async function show(format: 'pretty' | 'json', command: Command, context: CommandContext): Promise<void> {
  const { globals, notices, ...loaded } = await settingsHere(command, context)
  const { effectiveSettings } = await import('../config/effective.ts')
  const settings = effectiveSettings(loaded)
  const apiKey = loaded.config.engine.apiKeyEnv ?? 'AGENT_API_KEY'
  const key = { variable: apiKey, isSet: Boolean(context.environment[apiKey]) }
  if (format === 'json') {
    const values = settings.map(({ path, value, origin }) => [path, { value: value ?? null, origin }])
    context.stdout.write(
      jsonText({ settings: Object.fromEntries(values), apiKey: { ...key, variable: shownVariable(settings, apiKey) }, notices }),
    )
    return
  }
  const { settingsTable } = await import('./config-text.ts')
  const color = colorEnabled(context.stdout, context.environment, globals.color)
  context.stdout.write(settingsTable(settings, { color }))
  context.stdout.write(`\nAPI key: ${key.isSet ? 'set, from' : 'not set; it would come from'} ${shownVariable(settings, apiKey)}\n`)
  if (globals.quiet) return
  for (const { message, hint } of notices) context.stderr.write(`notice: ${message} ${hint}\n`)
}

/** Somebody may have written the key itself where its variable belongs. */
function shownVariable(settings: readonly { path: string; value: unknown }[], variable: string): string {
  return variable === 'AGENT_API_KEY' ? variable : String(settings.find(({ path }) => path === 'engine.apiKeyEnv')?.value)
}

async function explain(key: string, command: Command, context: CommandContext): Promise<void> {
  const { color } = globalFlags(command, context)
  const loaded = await settingsHere(command, context).catch(schemaAlone)
  const { explanationOf } = await import('./config-text.ts')
  context.stdout.write(explanationOf(key, loaded, { color: colorEnabled(context.stdout, context.environment, color) }))
}

/** A configuration that is wrong is when a key has to be explained most. */
async function schemaAlone(error: unknown): Promise<Explained> {
  if (!(error instanceof AppError) || error.code !== 'CONFIG_INVALID') throw error
  const [{ configSchemaFor }, { configurableChecks }] = await Promise.all([
    import('../config/schema.ts'),
    import('../tasks/review/configurable-checks.ts'),
  ])
  return { schema: configSchemaFor(configurableChecks), written: null }
}

/** The configuration as a task would read it: in CI on a pull request, from the base revision. */
async function settingsHere(command: Command, context: CommandContext): Promise<CommandSettings> {
  if (pullRequestBase(context.environment) === undefined) return loadSettings(command, context)
  const [{ openTaskWorkspace }, { trustedFiles }] = await Promise.all([import('./task-workspace.ts'), import('./trusted-files.ts')])
  const workspace = await openTaskWorkspace(command, context, { isPatch: false })
  try {
    const { readBase, notices } = await trustedFiles(workspace, context.environment)
    const settings = await loadSettings(command, context, { readBase })
    return { ...settings, notices: [...notices, ...settings.notices] }
  } finally {
    await workspace.close()
  }
}
