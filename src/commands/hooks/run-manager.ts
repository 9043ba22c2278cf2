import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HookManager, HookName } from '../../hook-managers/hook-manager.ts'
import { type Place, shownPath } from '../../hook-managers/place.ts'
import { findProgram } from '../../workspace/find-program.ts'
import { runTool } from '../doctor/run-tool.ts'

interface ManagerRun {
  place: Place
  hooks: readonly HookName[]
  signal: AbortSignal
}

/** Lets the manager's own program make git call it, where that takes nothing away; returns what is to be told. */
export async function runManager(manager: HookManager, { place, hooks, signal }: ManagerRun): Promise<string[]> {
  const argv = manager.activation(place, hooks)
  if (argv === null) return []
  const lost = manager.name === 'pre-commit' ? [] : await othersHooks(manager, place)
  if (lost.length > 0) {
    return [`\`${argv.join(' ')}\` would replace or pass over ${lost.join(', ')}, so it is left to you.`]
  }
  return start(argv, place, signal)
}

/** The same after our part has gone. */
export async function releaseManager(
  manager: HookManager,
  { place, hooks, signal }: ManagerRun,
  isConfigurationGone: boolean,
): Promise<string[]> {
  const argv = manager.deactivation(place, hooks, isConfigurationGone)
  return argv === null ? [] : start(argv, place, signal)
}

async function start(argv: readonly string[], place: Place, signal: AbortSignal): Promise<string[]> {
  const [name = '', ...args] = argv
  const program = await programOf(name, place)
  if (program === null) return [`${name} is not installed here; run \`${argv.join(' ')}\` once it is.`]
  const { code, stderr, stdout } = await runTool([program, ...args], { cwd: place.root, environment: place.environment, signal })
  if (code === 0) return [`  ran ${argv.join(' ')}`]
  return [`\`${argv.join(' ')}\` failed: ${stderr || stdout || `exit code ${code}`}`]
}

async function programOf(name: string, { root, environment }: Place): Promise<string | null> {
  const own = join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
  const isThere = await access(own).then(
    () => true,
    () => false,
  )
  return isThere ? own : findProgram(name, { environment })
}

/** Hooks that run now and are not this manager's. */
async function othersHooks(manager: HookManager, place: Place): Promise<string[]> {
  const names = await readdir(place.hooksFolder).catch((): string[] => [])
  const texts = await Promise.all(names.map((name) => readFile(join(place.hooksFolder, name), 'latin1').catch(() => '')))
  return names
    .filter((name, index) => /^[a-z-]+$/.test(name) && texts[index] !== '' && !manager.owns(texts[index] ?? ''))
    .filter((name) => name !== 'h')
    .map((name) => shownPath(place, join(place.hooksFolder, name)))
}
