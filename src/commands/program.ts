import { stripVTControlCharacters } from 'node:util'
import { Command, CommanderError, Help, type HelpConfiguration } from 'commander'
import { closest } from '../domain/closest.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { version } from '../domain/version.ts'
import { registerBaseline } from './baseline.ts'
import { registerBatch } from './batch.ts'
import { registerBench } from './bench.ts'
import { colorEnabled } from './color.ts'
import type { CommandContext, RegisterCommand } from './command.ts'
import { registerCommitMessage } from './commit-message.ts'
import { registerCompletion } from './completion.ts'
import { registerConfig } from './config.ts'
import { registerDoctor } from './doctor.ts'
import { registerExplain } from './explain.ts'
import { registerFix } from './fix.ts'
import { addGlobalFlags } from './flags.ts'
import { registerGenerateTests } from './generate-tests.ts'
import { registerHooks } from './hooks.ts'
import { registerInit } from './init.ts'
import { registerMerge } from './merge.ts'
import { registerModels } from './models.ts'
import { registerMutate } from './mutate.ts'
import { printError } from './print-error.ts'
import { registerPublish } from './publish.ts'
import { registerReview } from './review.ts'
import { registerRun } from './run.ts'
import { registerUndo } from './undo.ts'

/** Every command there is, in the groups and the order of `agent --help`. A new one is its file and its name here. */
const groups: readonly { title: string; commands: readonly RegisterCommand[] }[] = [
  { title: 'Review:', commands: [registerReview, registerMerge, registerPublish, registerBaseline] },
  {
    title: 'Work:',
    commands: [
      registerFix,
      registerGenerateTests,
      registerRun,
      registerExplain,
      registerCommitMessage,
      registerMutate,
      registerBatch,
      registerUndo,
    ],
  },
  {
    title: 'Set up:',
    commands: [registerInit, registerHooks, registerConfig, registerModels, registerBench, registerDoctor, registerCompletion],
  },
]

const description = `Reviews every change before it is committed, with a model that runs on this machine.
Nothing leaves it unless you name an endpoint.`

const help: HelpConfiguration = {
  showGlobalOptions: true,
  // `agent help <command>` works, and need not be told between the commands that do something.
  visibleCommands: (command) => Help.prototype.visibleCommands.call(new Help(), command).filter((child) => child.name() !== 'help'),
  formatHelp: (command, helper) => commandsFirst(Help.prototype.formatHelp.call(helper, command, helper)),
  subcommandTerm: (command) => command.name(),
  subcommandDescription: (command) => capitalized(command.summary() || command.description()),
  styleTitle: (text) => `\u001B[1m${text}\u001B[0m`,
  styleSubcommandTerm: (text) => `\u001B[36m${text}\u001B[0m`,
  styleOptionTerm: (text) => `\u001B[36m${text}\u001B[0m`,
}

/** The whole command line. Actions import what they need when they run, so that each command starts as fast as it can. */
export function createProgram(context: CommandContext, finish: (code: ExitCode) => void, only?: RegisterCommand): Command {
  const { stdout, stderr, environment } = context
  const program: Command = new Command('agent')
  program
    .description(description)
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print what a command does and its flags')
    .helpCommand('help [command]', 'print what a command does and its flags')
    .configureHelp(help)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => colorEnabled(stdout, environment, isColorWanted(program)),
      getErrHasColors: () => colorEnabled(stderr, environment, isColorWanted(program)),
    })
    .exitOverride()
    .showSuggestionAfterError()
  addGlobalFlags(program)
  for (const { title, commands } of groups) {
    program.commandsGroup(title)
    for (const register of commands) if (only === undefined || only === register) register(program, context, finish)
  }
  return program
}

/** What git waits for: it starts without the flags of all the others, which cost five milliseconds. */
const alone: ReadonlyMap<string | undefined, RegisterCommand> = new Map([
  ['review', registerReview],
  ['hooks', registerHooks],
])

/** Runs one command line to its end and returns the code the process ends with. Never throws: whatever goes wrong is told on stderr. */
export async function runProgram(argv: readonly string[], context: CommandContext): Promise<ExitCode> {
  const finished: { code: ExitCode } = { code: exitCodes.clean }
  const finish = (code: ExitCode) => {
    finished.code = code
  }
  const program = createProgram(context, finish, alone.get(argv[0]))
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!context.signal.aborted) finished.code = tell(error, program, context)
  }
  return context.signal.aborted ? interruptionOf(context.signal) : finished.code
}

function tell(error: unknown, program: Command, { stderr, environment }: CommandContext): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.clean
  // The help that replaces a missing sub-command is printed already.
  if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage
  return printError(error instanceof CommanderError ? usageError(error) : error, {
    write: (text) => stderr.write(text),
    color: colorEnabled(stderr, environment, isColorWanted(program)),
    verbose: program.opts<{ verbose?: boolean }>().verbose ?? false,
  })
}

/** Commander lists the options first; who asks for help looks for a command. */
function commandsFirst(text: string): string {
  const sections = text.trimEnd().split('\n\n')
  const isOptions = (section: string) => /^(?:Options|Global Options):/.test(stripVTControlCharacters(section))
  return `${[...sections.filter((section) => !isOptions(section)), ...sections.filter(isOptions)].join('\n\n')}\n`
}

/** Commander's own sentence and suggestion, as ours. It suggests commands and flags, but not the values of flags. */
function usageError({ message }: CommanderError): AppError {
  const [, sentence = message, suggestion] = /^(?:error: )?(.*?)(?:\n\((Did you mean .*)\))?$/s.exec(message) ?? []
  const [, value, choices] =
    /(?:argument|value) '(.*)' is invalid(?: for argument '.*')?\. Allowed choices are (.*)\.$/s.exec(sentence) ?? []
  const meant = value === undefined ? undefined : closest(value, choices?.split(', ') ?? [])
  const text = capitalized(sentence)
  return new AppError('USAGE_INVALID', /[.?!]$/.test(text) ? text : `${text}.`, {
    hint:
      suggestion ?? (meant === undefined ? '`agent --help` and `agent <command> --help` list what there is.' : `Did you mean ${meant}?`),
  })
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function isColorWanted(program: Command): boolean {
  return program.opts<{ color?: boolean }>().color ?? true
}

function interruptionOf({ reason }: AbortSignal): ExitCode {
  return reason === exitCodes.terminated || reason === exitCodes.failure ? reason : exitCodes.interrupted
}
