import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Override } from '../config/environment.ts'
import type { EngineOptions } from '../engine/options.ts'
import { failOnLevels } from '../domain/severity.ts'
import type { CommandContext } from './command.ts'
import { decimal, filled, type ReportFile, reportFile, type Shard, shard, timeLimit, wholeNumber } from './flag-values.ts'

/** The flags that every command has, before or after its name. */
export interface GlobalFlags {
  /** Absolute: the folder to work in. */
  directory: string
  /** The file of `--config`. */
  explicitFile: string | undefined
  quiet: boolean
  verbose: boolean
  /** False for `--no-color`. */
  color: boolean
}

/** What commander leaves of the flags that every task has. */
export interface TaskFlags {
  engine?: string
  model?: string
  baseUrl?: string
  apiKeyEnv?: string
  seed?: number
  pull?: boolean
  failOn?: string
  minConfidence?: number
  maxTime?: string
  format?: string
  output?: string
  report?: readonly ReportFile[]
  baseline?: string
  maxTokens?: number
  jobs?: number
  cache: boolean
  shard?: Shard
  dryRun?: boolean
  /** Only where commands are run. */
  sandbox?: string
}

/** Written out, because the schema that has them would be loaded for every command. */
export const engineKinds: readonly EngineOptions['use'][] = ['auto', 'local', 'endpoint', 'daemon', 'none']

/** Flags that say the same as a key of the configuration, and win over it. */
const pathByFlag = {
  engine: 'engine.use',
  model: 'engine.model',
  baseUrl: 'engine.baseUrl',
  apiKeyEnv: 'engine.apiKeyEnv',
  seed: 'engine.seed',
  pull: 'models.autoPull',
  failOn: 'review.failOn',
  minConfidence: 'review.minConfidence',
  maxTime: 'review.maxTime',
  sandbox: 'sandbox.use',
} as const satisfies Partial<Record<keyof TaskFlags, string>>

/** Adds the flags of the whole program. */
export function addGlobalFlags(program: Command): Command {
  return program
    .addOption(new Option('-C <dir>', 'work in this folder instead of the current one').argParser(filled))
    .addOption(new Option('--config <file>', 'read this configuration instead of searching for one').argParser(filled))
    .addOption(new Option('--quiet', 'print only the result').conflicts('verbose'))
    .option('--verbose', 'tell more about what is done')
    .option('--no-color', 'no colours, like NO_COLOR')
}

interface TaskFlagOptions {
  /** Passed in, so that a mistyped one is refused before anything runs. */
  formats: readonly string[]
  /** What `--dry-run` does here. */
  dryRun?: string
}

/** Adds the flags that every task has. */
export function addTaskFlags(command: Command, { formats, dryRun = 'say what would be done, and ask no model' }: TaskFlagOptions): Command {
  return command
    .optionsGroup('Model:')
    .addOption(new Option('--engine <kind>', 'who answers').choices(engineKinds))
    .addOption(new Option('--model <model>', 'a name, a path of a GGUF file or hf:<owner>/<repository>/<file>').argParser(filled))
    .addOption(new Option('--base-url <url>', 'address of an OpenAI-compatible server').argParser(filled))
    .addOption(new Option('--api-key-env <name>', 'variable that holds its key').argParser(filled))
    .addOption(new Option('--seed <n>', 'seed of every request').argParser(wholeNumber({ from: 0, to: 0xffff_ffff })))
    .option('--pull', 'allow the download of a missing model')
    .optionsGroup('Result:')
    .addOption(new Option('--format <format>', 'what is printed').choices(formats))
    .addOption(new Option('--output <file>', 'write it to a file instead').argParser(filled))
    .addOption(new Option('--report <format=file>', 'write another report as well; may be repeated').argParser(reportFile(formats)))
    .addOption(new Option('--fail-on <severity>', 'the mildest severity that ends in exit code 1').choices(failOnLevels))
    .addOption(new Option('--min-confidence <0..1>', 'suppress findings that are less certain').argParser(decimal({ from: 0, to: 1 })))
    .addOption(new Option('--baseline <file>', 'findings that are accepted, or none').argParser(filled))
    .optionsGroup('Limits:')
    .addOption(new Option('--max-time <duration>', 'stop asking after this time').argParser(timeLimit))
    .addOption(new Option('--max-tokens <n>', 'stop asking after this many tokens').argParser(wholeNumber({ from: 1 })))
    .addOption(new Option('--jobs <n>', 'requests at once').argParser(wholeNumber({ from: 1, to: 256 })))
    .addOption(new Option('--shard <i/n>', 'only this part of the files').argParser(shard))
    .option('--no-cache', 'ask again even where the answer is known')
    .option('--dry-run', dryRun)
}

/** What the flags say about the configuration, each with the flag it came from. */
export function configOverrides(flags: Readonly<Partial<TaskFlags>>): Override[] {
  return Object.entries(pathByFlag).flatMap(([flag, path]) => {
    const value = flags[flag as keyof typeof pathByFlag]
    return value === undefined ? [] : [{ path, value, name: longFlag(flag) }]
  })
}

/** The flag that sets a key of the configuration for one run, or undefined where there is none. */
export function flagFor(path: string): string | undefined {
  const flag = Object.entries(pathByFlag).find(([, flagPath]) => flagPath === path)?.[0]
  return flag === undefined ? undefined : longFlag(flag)
}

function longFlag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** The global flags, wherever they stood on the command line. */
export function globalFlags(command: Command, { cwd }: Pick<CommandContext, 'cwd'>): GlobalFlags {
  const {
    C,
    config,
    quiet = false,
    verbose = false,
    color = true,
  } = command.optsWithGlobals<{ C?: string; config?: string; quiet?: boolean; verbose?: boolean; color?: boolean }>()
  return { directory: resolve(cwd, C ?? '.'), explicitFile: config, quiet, verbose, color }
}
