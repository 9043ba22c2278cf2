import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { agentPaths } from '../config/agent-paths.ts'
import { AppError } from '../domain/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What npm is asked for, by the name that is imported: native code cannot travel in a bundle that runs everywhere. */
export const nativePackages = {
  'node-llama-cpp': 'node-llama-cpp@3.21.1',
  'better-sqlite3': 'better-sqlite3@npm:better-sqlite3-multiple-ciphers@^13.0.3',
} as const

export type NativePackage = keyof typeof nativePackages

/** Where packages with native code are looked for: a folder of the machine, which a new version of the Action does not replace. */
export const nativeFolder = (environment: Environment): string => join(agentPaths(environment).home, 'native')

/** Whether a package was installed there. Loads nothing. */
export function hasNative(name: NativePackage, environment: Environment): boolean {
  try {
    return placeOf(name, environment) !== ''
  } catch {
    return false
  }
}

/** A CommonJS package from there. Throws `ENGINE_UNAVAILABLE` with the command that installs it. */
export function requireNative(name: NativePackage, environment: Environment): unknown {
  try {
    return requireFrom(environment)(name)
  } catch (cause) {
    throw notThere(name, { environment, cause })
  }
}

/** A package from there, of either kind. */
export async function importNative(name: NativePackage, environment: Environment): Promise<unknown> {
  try {
    return await import(pathToFileURL(placeOf(name, environment)).href)
  } catch (cause) {
    throw notThere(name, { environment, cause })
  }
}

const requireFrom = (environment: Environment) => createRequire(join(nativeFolder(environment), 'package.json'))

const placeOf = (name: NativePackage, environment: Environment) => requireFrom(environment).resolve(name)

function notThere(name: NativePackage, { environment, cause }: { environment: Environment; cause: unknown }): AppError {
  const folder = nativeFolder(environment)
  return new AppError('ENGINE_UNAVAILABLE', `${name} is not installed in ${folder}, or does not load.`, {
    cause,
    hint: `Install it once on this runner: npm install --prefix ${JSON.stringify(folder)} ${nativePackages[name]}`,
  })
}
