import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, sep } from 'node:path'
import type { Environment } from './git-environment.ts'

interface Where {
  environment: Environment
  /** A program that lies in here is not taken: the folder is what we look into, not what we run. */
  notBelow?: string
}

/** The absolute path of a program on PATH; null when there is none. Relative entries of PATH do not count. */
export function findProgram(name: string, { environment, notBelow }: Where): string | null {
  const extension = process.platform === 'win32' ? '.exe' : ''
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter(isAbsolute)
  return folders.map((folder) => join(folder, name + extension)).find((path) => isProgram(path, notBelow)) ?? null
}

function isProgram(path: string, notBelow: string | undefined): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile() && (notBelow === undefined || !realpathSync(path).startsWith(notBelow + sep))
  } catch {
    return false
  }
}
