import { execFile } from 'node:child_process'
import type { HookManager, ManagerName, Trouble } from './hook-manager.ts'
import { isWithin, type Place } from './place.ts'
import { asQuestion } from './script.ts'

/** Whether the script of a hook would find us with the PATH of whoever asks. */
export async function unfound(place: Place, script: string, signal: AbortSignal): Promise<Trouble | null> {
  const { PATH = '' } = place.environment
  if (await looksUp(place, { script, path: PATH }, signal)) return null
  return {
    message: 'its script finds no agent, or no node: neither in node_modules/.bin nor on PATH',
    remedy: 'Install it in this project (npm install --save-dev coding-agent) or for all of them (npm install --global coding-agent).',
  }
}

/** What a desktop gives to the programs that it starts: nothing that a shell's start-up files have added. */
const clientPaths: Partial<Record<NodeJS.Platform, string>> = {
  darwin: '/usr/bin:/bin:/usr/sbin:/sbin',
  linux: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
}

/** Whether it would for a client that no shell has started. */
export async function unfoundByClients(
  place: Place,
  { script, manager }: { script: string; manager: HookManager },
  signal: AbortSignal,
): Promise<Trouble | null> {
  const path = clientPaths[process.platform]
  if (path === undefined || (await looksUp(place, { script, path }, signal))) return null
  return {
    message: `a graphical git client, with ${path} for PATH, would find no agent or no node, and let everything through`,
    remedy: clientRemedy(place, manager.name),
  }
}

const links = 'Start the client from a terminal, or put links to agent and node into a folder of that PATH.'
const clientRemedies: Readonly<Record<ManagerName, string>> = {
  husky: 'Set PATH in ~/.config/husky/init.sh, or start the client from a terminal.',
  lefthook: 'Set PATH in a file that `rc:` in the configuration names, or start the client from a terminal.',
  'pre-commit': links,
  'simple-git-hooks': 'Set PATH in a file that SIMPLE_GIT_HOOKS_RC names, or start the client from a terminal.',
  plain: 'Run `agent hooks install` again, which records where they are now.',
}

/** In a folder that others use too, no path of this machine is recorded. */
function clientRemedy({ commonDirectory, hooksFolder }: Place, manager: ManagerName): string {
  return manager === 'plain' && !isWithin(commonDirectory, hooksFolder) ? links : clientRemedies[manager]
}

/** Runs the part of the script that looks for us, in the shell that would run it, with a PATH of our choice. */
function looksUp({ root, environment }: Place, { script, path }: { script: string; path: string }, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const { HOME, SystemRoot } = environment
    const env = { ...(HOME ? { HOME } : {}), ...(SystemRoot ? { SystemRoot } : {}), PATH: path } as NodeJS.ProcessEnv
    // Not through PATH, which is what is examined.
    const shell = process.platform === 'win32' ? 'sh' : '/bin/sh'
    const child = execFile(shell, ['-c', asQuestion(script)], { cwd: root, env, signal, timeout: 5000, windowsHide: true }, (error) =>
      resolve(error === null),
    )
    child.stdin?.end()
  })
}
