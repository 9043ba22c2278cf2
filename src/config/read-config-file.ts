import type { Stats } from 'node:fs'
import { access, constants, readFile, stat } from 'node:fs/promises'
import { AppError } from '../domain/errors.ts'
import { parseConfig } from './parse-config.ts'

const maxBytes = 1_048_576

/** A configuration file that was read. The text is kept to find the line of a mistake. */
export interface ConfigFile {
  /** As it is shown to people. */
  name: string
  text: string
  data: unknown
}

/** Text of a file, or undefined where nothing stands. */
export async function readConfigText(path: string, name: string): Promise<string | undefined> {
  return (await checkConfigFile(path, name)) ? readFile(path, 'utf8') : undefined
}

/** Whether there is a file to read. Refuses what would block or flood the reader: a pipe, a device, a folder, a file of many megabytes. */
export async function checkConfigFile(path: string, name: string): Promise<boolean> {
  const stats = await readableStats(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new AppError('CONFIG_INVALID', `${name} cannot be read (${error.code}).`, { cause: error })
  })
  if (!stats) return false
  if (!stats.isFile()) throw new AppError('CONFIG_INVALID', `${name} is not a regular file.`)
  if (stats.size > maxBytes)
    throw new AppError('CONFIG_INVALID', `${name} has ${stats.size} bytes; a configuration has at most ${maxBytes}.`)
  return true
}

async function readableStats(path: string): Promise<Stats> {
  await access(path, constants.R_OK)
  return stat(path)
}

export async function configFileOf(name: string, text: string): Promise<ConfigFile> {
  return { name, text, data: await parseConfig(name, text) }
}

/**
 * The `agent` key of a package.json, or undefined. Most have none, and one that does not parse is for a review to
 * report, not a reason to refuse it.
 */
export function agentKeyOf(text: string): unknown {
  if (!text.includes('"agent"')) return undefined
  try {
    const data: unknown = JSON.parse(text)
    return typeof data === 'object' && data !== null && Object.hasOwn(data, 'agent') ? (data as { agent: unknown }).agent : undefined
  } catch {
    return undefined
  }
}
