import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { jsonText } from '../domain/trust-json.ts'
import { version } from '../domain/version.ts'
import { colorEnabled } from './color.ts'
import type { CommandContext, RegisterCommand } from './command.ts'
import type { BundleSources } from './doctor/bundle.ts'
import { filled } from './flag-values.ts'
import { globalFlags } from './flags.ts'
import { checkFolder, type CommandSettings, loadSettings } from './load-settings.ts'

interface DoctorFlags {
  format: 'pretty' | 'json'
  bundle?: string
  buildSandbox?: true
  buildEngine?: true
}

/** Adds `agent doctor`. */
export const registerDoctor: RegisterCommand = (program, context, finish) => {
  program
    .command('doctor')
    .description('Tell what works here, what does not, and what to do about it')
    .addOption(new Option('--format <format>', 'how it is printed').choices(['pretty', 'json']).default('pretty'))
    .addOption(new Option('--bundle <file>', 'write a report for an issue too, without secrets and names').argParser(filled))
    .option('--build-sandbox', 'make the container image that commands of a model run in, and nothing else')
    .option(
      '--build-engine',
      'build the library that runs models from its own source, so that it is faster on several cores, and nothing else',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 when nothing is a problem (there may be warnings), 3 when something that is needed here is broken.',
    )
    .action(async (flags: DoctorFlags, command: Command) => finish(await examine(flags, command, context)))
}

async function examine(
  { format, bundle, buildSandbox, buildEngine }: DoctorFlags,
  command: Command,
  context: CommandContext,
): Promise<ExitCode> {
  if (buildSandbox) {
    await (await import('./doctor/build-sandbox.ts')).buildSandbox(context)
    return exitCodes.clean
  }
  if (buildEngine) {
    await (await import('./doctor/build-engine.ts')).buildEngine(context)
    return exitCodes.clean
  }
  const { directory, color } = globalFlags(command, context)
  await checkFolder(directory)
  const [{ repositoryRoot }, { runProbes }, { probes }, { surroundingsOf }] = await Promise.all([
    import('../config/repository-root.ts'),
    import('./doctor/run-probes.ts'),
    import('./doctor/registry.ts'),
    import('./doctor/surroundings.ts'),
  ])
  const settings = await readSettings(command, context)
  const { stdout, environment, signal } = context
  const over = new AbortController()
  const place = { directory, root: repositoryRoot(directory) }
  const surroundings = surroundingsOf(place, settings, { environment, signal: AbortSignal.any([signal, over.signal]) })
  try {
    const diagnoses = await runProbes(probes, surroundings, signal)
    if (format === 'json') stdout.write(jsonText({ schemaVersion: 1, tool: { name: 'coding-agent', version }, diagnoses }))
    else stdout.write((await import('./doctor/doctor-text.ts')).doctorText(diagnoses, { color: colorEnabled(stdout, environment, color) }))
    if (bundle !== undefined) await writeBundle(bundle, { diagnoses, surroundings, settings }, context)
    return diagnoses.some(({ verdict }) => verdict === 'problem') ? exitCodes.failure : exitCodes.clean
  } finally {
    // Whatever a probe left waiting ends here, so that nothing keeps the process alive.
    over.abort()
  }
}

/** Settings that cannot be read are something to report, not a reason to report nothing. */
async function readSettings(command: Command, context: CommandContext): Promise<CommandSettings | AppError> {
  try {
    return await loadSettings(command, context)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

async function writeBundle(file: string, sources: BundleSources, { cwd, stderr }: CommandContext): Promise<void> {
  const [{ bundleText }, { writeFileWhole }] = await Promise.all([import('./doctor/bundle.ts'), import('../system/write-file-whole.ts')])
  await writeFileWhole(resolve(cwd, file), bundleText(sources))
  stderr.write(`Wrote ${file}. Read it before you post it.\n`)
}
