import { type Command, Option } from 'commander'
import type { Config } from '../config/schema.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { jsonText } from '../domain/trust-json.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import type { ModelStore } from '../engine/models/model-store.ts'
import type { StoredModel } from '../engine/models/stored-model.ts'
import { colorEnabled } from './color.ts'
import type { CommandContext, RegisterCommand } from './command.ts'
import { type GlobalFlags, globalFlags } from './flags.ts'
import { modelTransfer } from './model-transfer.ts'

type Format = 'pretty' | 'json'

interface Opened {
  store: ModelStore
  config: Config
  globals: GlobalFlags
  transfer: ReturnType<typeof modelTransfer>
}

/** Adds `agent models list|fit|pull|import|verify|remove`. */
export const registerModels: RegisterCommand = (program, context, finish) => {
  const models = program.command('models').description('Keep the models that run on this machine')
  const act = async (command: Command, task: (opened: Opened) => Promise<ExitCode>) => {
    const opened = await openFor(command, context)
    try {
      finish(await task(opened))
    } finally {
      opened.transfer.end()
    }
  }

  models
    .command('list')
    .description('List what is installed, and what could be')
    .addOption(new Option('--format <format>', 'how it is printed').choices(['pretty', 'json']).default('pretty'))
    .action(({ format }: { format: Format }, command: Command) => act(command, (opened) => list(format, opened, context)))
  models
    .command('fit [model]')
    .description('Tell which models this machine can run, how, and how fast; with a name, about that one')
    .option('--measure', 'run those that are installed, and measure')
    .addOption(new Option('--format <format>', 'how it is printed').choices(['pretty', 'json']).default('pretty'))
    .action(async (model: string | undefined, flags: { format: Format; measure?: boolean }, command: Command) => {
      const { fitModels } = await import('./models-fit.ts')
      await act(command, (place) => fitModels(model, flags, { place, context }))
    })
  models
    .command('pull [model]')
    .description('Download a model: a name of the list, or hf:<owner>/<repository>[:<quant>][/<file>]; without one, what `fit` recommends')
    .addHelpText(
      'after',
      '\nAn interrupted download goes on where it stopped. HF_ENDPOINT and HF_TOKEN are honoured; with AGENT_OFFLINE=1 nothing is asked for.',
    )
    .action((model: string | undefined, _flags: unknown, command: Command) =>
      act(command, async (opened) => pull(model ?? (await recommended(opened, context)), opened, context)),
    )
  models
    .command('import <file>')
    .description('Take a GGUF file of this machine into the store')
    .option('--name <name>', 'what it is called there')
    .option('--copy', 'copy it even where a link would do')
    .action((file: string, flags: { name?: string; copy?: boolean }, command: Command) =>
      act(command, (opened) => take(file, { ...opened, flags }, context)),
    )
  models
    .command('verify [models...]')
    .description('Compare every byte with the checksum that was recorded; without names, of all models')
    .action((names: string[], _flags: unknown, command: Command) => act(command, (opened) => verify(names, opened, context)))
  models
    .command('remove <models...>')
    .description('Delete models, or what an interrupted download left of them')
    .action((names: string[], _flags: unknown, command: Command) => act(command, (opened) => remove(names, opened, context)))
}

async function openFor(command: Command, context: CommandContext): Promise<Opened> {
  const [{ loadSettings }, { openStore }] = await Promise.all([import('./load-settings.ts'), import('./open-store.ts')])
  const { config } = await loadSettings(command, context)
  const globals = globalFlags(command, context)
  const store = await openStore(config, { directory: globals.directory, environment: context.environment })
  return { store, config, globals, transfer: modelTransfer(context, { quiet: globals.quiet }) }
}

async function list(format: Format, { store, globals }: Opened, { stdout, environment }: CommandContext): Promise<ExitCode> {
  const [{ modelRows, modelsTable, loadedTable }, { machineMemory }, { listLoaded }, { agentPaths }] = await Promise.all([
    import('./models-text.ts'),
    import('./machine-memory.ts'),
    import('../engine/engine-records.ts'),
    import('../config/agent-paths.ts'),
  ])
  const memory = machineMemory()
  const rows = modelRows({ entries: await store.list(), catalogue: store.catalogue, memory })
  const { directory } = store
  const loaded = await listLoaded(agentPaths(environment).engines)
  if (format === 'json') stdout.write(jsonText({ schemaVersion: 1, directory, memory, models: rows, loaded }))
  else {
    const color = colorEnabled(stdout, environment, globals.color)
    stdout.write(`${modelsTable(rows, { directory, color })}${loadedTable(loaded, { color, now: Date.now() })}`)
  }
  return exitCodes.clean
}

/** Says which one it is, and why, before anything is downloaded. */
async function recommended(opened: Opened, context: CommandContext): Promise<string> {
  const [{ recommendedModel }, { formatBytes }] = await Promise.all([import('./models-fit.ts'), import('../engine/models/format-bytes.ts')])
  const { id, why, bytes } = await recommendedModel(opened, context)
  if (!opened.globals.quiet) context.stderr.write(`Taking ${id} (${formatBytes(bytes)}): ${why}.\n`)
  return id
}

async function pull(
  reference: string,
  { store, globals, transfer }: Opened,
  { stdout, stderr, signal }: CommandContext,
): Promise<ExitCode> {
  const resolved = await store.resolve(reference).catch((error: unknown) => {
    // A damaged model is what a pull repairs.
    if (error instanceof AppError && error.code === 'MODEL_INVALID') return undefined
    throw error
  })
  const entry = resolved?.kind === 'missing' ? resolved.wish.entry : null
  if (entry !== null && !entry.verified && !globals.quiet) {
    stderr.write(`The catalogue's entry for ${entry.id} is not verified: size and files are as pages about the model give them.\n`)
  }
  const model = await store.pull(reference, { signal, onProgress: transfer.onTransfer })
  transfer.end()
  const was =
    resolved?.kind === 'stored'
      ? 'is installed already'
      : model.manifest.checked
        ? 'is installed; its checksum is the published one'
        : 'is installed; no checksum was published to compare it with'
  stdout.write(`${await described(model)} ${was}.\n`)
  return exitCodes.clean
}

async function take(
  file: string,
  { store, transfer, flags }: Opened & { flags: { name?: string; copy?: boolean } },
  { stdout, signal }: CommandContext,
): Promise<ExitCode> {
  const model = await store.import(file, { signal, onProgress: transfer.onTransfer, id: flags.name, copy: flags.copy })
  transfer.end()
  stdout.write(`${await described(model)} is installed.\n`)
  return exitCodes.clean
}

async function verify(names: readonly string[], { store, transfer }: Opened, { stdout, signal }: CommandContext): Promise<ExitCode> {
  const ids =
    names.length > 0 ? await idsOf(names, store) : (await store.list()).filter(({ state }) => state !== 'partial').map(({ id }) => id)
  if (ids.length === 0) stdout.write('No model is installed.\n')
  const broken: string[] = []
  for (const id of ids) {
    const problem = await problemOf(id, { store, signal, onProgress: transfer.onTransfer })
    transfer.end()
    if (problem !== null) broken.push(id)
    stdout.write(`${id}: ${problem ?? 'every byte is as it was recorded'}\n`)
  }
  if (broken.length === 0) return exitCodes.clean
  throw new AppError('MODEL_INVALID', `${broken.length} of ${ids.length} models cannot be trusted.`, {
    hint: `Run \`agent models remove ${broken.join(' ')}\`, then pull or import them again.`,
  })
}

async function problemOf(
  id: string,
  { store, ...options }: { store: ModelStore } & Parameters<ModelStore['verify']>[1],
): Promise<string | null> {
  try {
    const { files } = await store.verify(id, options)
    const wrong = files.filter(({ expected, actual }) => expected !== actual)
    return wrong.length === 0
      ? null
      : wrong
          .map(({ name, expected, actual }) => `${name} has the SHA-256 ${actual ?? '(cannot be read)'}, recorded was ${expected}`)
          .join('; ')
  } catch (error) {
    if (error instanceof AppError && error.code === 'MODEL_INVALID') return error.message
    throw error
  }
}

async function remove(names: readonly string[], { store }: Opened, { stdout }: CommandContext): Promise<ExitCode> {
  const { formatBytes } = await import('../engine/models/format-bytes.ts')
  for (const id of await idsOf(names, store)) stdout.write(`Removed ${id} (${formatBytes(await store.remove(id))}).\n`)
  return exitCodes.clean
}

/** Whoever pulled `hf:user/repo` may call it so afterwards; what is a plain name is taken as it is, even where it is damaged. */
async function idsOf(names: readonly string[], store: ModelStore): Promise<string[]> {
  const ids = names.map(async (name) => {
    if (!/[:/\\]/.test(name)) return name
    const resolved = await store.resolve(name)
    if (resolved.kind === 'stored') return resolved.model.id
    throw new AppError('MODEL_UNKNOWN', `${terminalLine(name)} is not installed.`, { hint: 'See `agent models list`.' })
  })
  return Promise.all(ids)
}

async function described({ id, bytes, path }: StoredModel): Promise<string> {
  const { formatBytes } = await import('../engine/models/format-bytes.ts')
  return `${id} (${formatBytes(bytes)}, ${terminalLine(path)})`
}
