import { access, constants, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { HookManager, HookName, Trouble } from './hook-manager.ts'
import { isHuskyFolder } from './husky.ts'
import { type Place, shownPath } from './place.ts'

/** Why git would not come to what the manager keeps. */
export async function unreached(place: Place, manager: HookManager, hook: HookName): Promise<Trouble | null> {
  const path = join(place.hooksFolder, hook)
  const shown = shownPath(place, path)
  const argv = manager.activation(place, [hook])
  const command = argv === null ? '`agent hooks install`' : `\`${manager.name === 'pre-commit' ? '' : 'npx '}${argv.join(' ')}\``
  const stats = await stat(path).catch(() => null)
  if (!stats)
    return { message: missing(place, shown), remedy: `Run ${command}${isHuskyFolder(place.hooksFolder) ? ' in this worktree' : ''}.` }
  const bytes = await readFile(path).catch(() => null)
  const script = bytes?.toString('latin1') ?? ''
  if (!manager.owns(script)) {
    const { hooksPath } = place
    const why = hooksPath ? `, because core.hooksPath is ${hooksPath.value} (${hooksPath.scope}, in ${hooksPath.origin})` : ''
    return {
      message: `git runs ${shown}, which is not the hook of ${manager.name}${why}`,
      remedy: `Run ${command}, or let that hook call it.`,
    }
  }
  if (!manager.reaches(script, hook))
    return { message: `${shown} is older than what ${manager.name} is told to run`, remedy: `Run ${command}.` }
  return (await isExecutable(path))
    ? brokenFirstLine(script, shown)
    : { message: `${shown} is not executable, so git passes over it`, remedy: `Run \`chmod +x ${shown}\`.` }
}

/** What is to be said where git looks for a hook and finds none. */
export function missing({ hooksPath, hooksFolder }: Place, shown: string): string {
  if (!hooksPath) return `there is no ${shown}, so git runs nothing`
  return `core.hooksPath is ${hooksPath.value} (${hooksPath.scope}, in ${hooksPath.origin}), and there is no hook in ${hooksFolder}`
}

async function brokenFirstLine(script: string, shown: string): Promise<Trouble | null> {
  const [first = ''] = script.split('\n')
  const remedy = `Save ${shown} with the line ends of Unix.`
  if (first.startsWith('#!') && first.endsWith('\r'))
    return { message: `${shown} has the line ends of Windows, so its interpreter is not found`, remedy }
  if (/^[ \t]*(?:if|fi|exec|PATH=)[^\n]*\r$/m.test(script))
    return { message: `${shown} has the line ends of Windows, which no shell reads`, remedy }
  const [, interpreter] = /^#!\s*(\S+)/.exec(first) ?? []
  // Git for Windows looks for the name alone.
  if (interpreter === undefined || process.platform === 'win32') return null
  if (isAbsolute(interpreter) && (await isExecutable(interpreter))) return null
  return { message: `${shown} names ${interpreter} as its interpreter, which is not there`, remedy: `Begin ${shown} with #!/bin/sh.` }
}

/** Windows has no such bit, and git there needs none. */
export async function isExecutable(path: string): Promise<boolean> {
  if (process.platform === 'win32') return true
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
