import type { Command, Option } from 'commander'

export interface Candidate {
  value: string
  description: string
}

export interface Completions {
  candidates: readonly Candidate[]
  /** What the shell is to offer besides: it knows best how paths are completed and quoted. */
  places: 'files' | 'folders' | undefined
}

/** The words before the one at the cursor, without the program's name, and the beginning of that one. */
export interface CommandLine {
  words: readonly string[]
  word: string
}

/** Candidates for arguments that only a look-up knows, by the name of the argument. */
export type Sources = Readonly<Record<string, () => Promise<readonly Candidate[]>>>

interface Position {
  command: Command
  /** The option whose value comes next. */
  option: Option | undefined
  /** How many arguments the command has already. */
  argumentsBefore: number
  onlyArguments: boolean
}

/** What may stand at the cursor: read off the commands themselves, so that a new flag completes without being listed twice. */
export async function completionsFor(program: Command, { words, word }: CommandLine, sources: Sources): Promise<Completions> {
  const start: Position = { command: program, option: undefined, argumentsBefore: 0, onlyArguments: false }
  const position = words.reduce(after, start)
  const { command, option, onlyArguments } = position
  // Bash splits `--format=json` at the equals sign, and the sign alone is then the word at the cursor.
  if (option) return withBeginning(valuesOf(option), word === '=' ? '' : word)
  const [flag, value] = splitAtEquals(word)
  const named = value === undefined || onlyArguments ? undefined : optionOf(command, flag)
  if (named) return withBeginning(prefixed(valuesOf(named), `${flag}=`), word)
  if (word.startsWith('-') && !onlyArguments) return withBeginning({ candidates: flagsOf(command), places: undefined }, word)
  return withBeginning(await argumentsOf(position, sources), word)
}

function after(position: Position, word: string): Position {
  const { command, option, argumentsBefore, onlyArguments } = position
  if (option) return word === '=' ? position : { ...position, option: undefined }
  if (onlyArguments) return { ...position, argumentsBefore: argumentsBefore + 1 }
  if (word === '--') return { ...position, onlyArguments: true }
  if (word.startsWith('-')) {
    const named = optionOf(command, word)
    return named && (named.required || named.optional) ? { ...position, option: named } : position
  }
  const subcommand = command.commands.find((candidate) => candidate.name() === word || candidate.aliases().includes(word))
  return subcommand ? { ...position, command: subcommand, argumentsBefore: 0 } : { ...position, argumentsBefore: argumentsBefore + 1 }
}

/** The options of a command and of those above it. */
function optionsOf(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command)
  return command.parent ? [...own, ...optionsOf(command.parent).filter(({ long }) => !own.some((option) => option.long === long))] : own
}

function optionOf(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find((option) => option.long === flag || option.short === flag)
}

function flagsOf(command: Command): Candidate[] {
  return optionsOf(command).map(({ long, short, description }) => ({ value: long ?? short ?? '', description }))
}

function valuesOf({ argChoices, flags, description }: Option): Completions {
  const candidates = (argChoices ?? []).map((value) => ({ value, description }))
  return { candidates, places: placesFor(flags) }
}

async function argumentsOf({ command, argumentsBefore, onlyArguments }: Position, sources: Sources): Promise<Completions> {
  const subcommands = onlyArguments || argumentsBefore > 0 ? [] : command.createHelp().visibleCommands(command)
  const all = command.registeredArguments
  const argument = all[argumentsBefore] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined)
  const choices = argument?.argChoices?.map((value) => ({ value, description: argument.description })) ?? []
  const found = argument ? ((await sources[argument.name()]?.()) ?? []) : []
  return {
    candidates: [
      ...subcommands.map((subcommand) => ({ value: subcommand.name(), description: subcommand.description() })),
      ...choices,
      ...found,
    ],
    places: argument && placesFor(argument.name()),
  }
}

/** Commands name their placeholders after what belongs there: `<file>`, `[paths...]`, `<dir>`. */
function placesFor(placeholder: string): Completions['places'] {
  if (/\bdir\b/.test(placeholder)) return 'folders'
  return /file|paths?\b|reports?\b/.test(placeholder) ? 'files' : undefined
}

function splitAtEquals(word: string): [string, string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function prefixed({ candidates }: Completions, prefix: string): Completions {
  return { candidates: candidates.map(({ value, description }) => ({ value: `${prefix}${value}`, description })), places: undefined }
}

function withBeginning({ candidates, places }: Completions, word: string): Completions {
  return { candidates: candidates.filter(({ value }) => value.startsWith(word)), places }
}
