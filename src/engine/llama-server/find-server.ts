import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { askServer, type Environment } from './ask-server.ts'

/** A llama-server on this machine, and what it can be told. */
export interface LlamaServer {
  path: string
  /** In its own words; null where it says nothing of it. */
  version: string | null
  /** Every option that its help names, with its dashes. */
  flags: ReadonlySet<string>
}

/** `auto` and `always` look on PATH; anything else is the path of the program. */
export type ServerSetting = 'auto' | 'always' | (string & {})

/** Without these it can be neither started as we have to nor kept to ourselves. */
const needed = ['--model', '--host', '--port', '--ctx-size', '--parallel', '--threads', '--api-key']

/**
 * Finds llama-server and asks it once what it knows. Null where PATH has none, or with `auto` one that is too old; throws `ENGINE_UNAVAILABLE` where the one
 * that was named is no llama-server.
 */
export async function findLlamaServer(
  environment: Environment,
  { setting = 'auto', signal = new AbortController().signal }: { setting?: ServerSetting; signal?: AbortSignal } = {},
): Promise<LlamaServer | null> {
  const isNamed = setting !== 'auto' && setting !== 'always'
  const path = isNamed ? setting : onPath(environment)
  if (path === null) return null
  const ask = async (flag: string) => (isProgram(path) ? await askServer(path, flag, { environment, signal }) : null)
  const [help, version] = await Promise.all([ask('--help'), ask('--version')])
  const problem = help === null ? wrongWith(path) : problemOf(help)
  if (problem === null) return { path, version: versionIn(version ?? ''), flags: flagsIn(help ?? '') }
  if (setting === 'auto') return null
  throw new AppError('ENGINE_UNAVAILABLE', `${path} ${problem}.`, {
    hint: 'Install a recent llama-server of llama.cpp, or set engine.server to its path, or to never.',
  })
}

const wrongWith = (path: string) => (isProgram(path) ? 'does not start, or does not answer to --help' : 'is no program that can be run')

function problemOf(help: string): string | null {
  const flags = flagsIn(help)
  if (!flags.has('--model')) return 'is no llama-server: its help does not say --model'
  const missing = needed.find((flag) => !flags.has(flag))
  if (missing !== undefined) return `is too old: it does not know ${missing}`
  // A key on the command line could be read by everybody on this machine.
  return help.includes('LLAMA_API_KEY') ? null : 'is too old: it takes no key from LLAMA_API_KEY'
}

/** Options begin a line; what is said about them stands further right or on lines of its own. */
function flagsIn(help: string): ReadonlySet<string> {
  const lines = help.split('\n').filter((line) => /^ {0,2}-/.test(line))
  return new Set(lines.flatMap((line) => line.match(/(?<![\w-])--?[A-Za-z][\w-]*/g) ?? []))
}

function versionIn(text: string): string | null {
  return /^version: *(.{1,80})$/m.exec(text)?.[1]?.trim() ?? null
}

/** Relative entries of PATH do not count: they would mean a program of whatever is being looked at. */
function onPath(environment: Environment): string | null {
  const name = process.platform === 'win32' ? 'llama-server.exe' : 'llama-server'
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter(isAbsolute)
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
