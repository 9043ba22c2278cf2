import { AppError } from '../../domain/errors.ts'
import { type GroupResult, runGroup } from '../../system/run-group.ts'
import type { CommandResult } from '../command.ts'
import type { SandboxOptions, SandboxView } from '../sandbox.ts'
import { type BwrapFeatures, bwrapArguments, etcFiles } from './bwrap-arguments.ts'
import { commandMark } from './command-mark.ts'
import { handOver } from './command-user.ts'
import { endingOfCode } from './ending-of-code.ts'
import { limits } from './limits.ts'
import { rootInside, type SandboxProvider, type SandboxSurroundings } from './provider.ts'
import { watchDisk } from './watch-disk.ts'
import { watchTree } from './watch-tree.ts'

const trialMs = 3000
const hint = 'Install bubblewrap and util-linux, and allow user namespaces.'

/** Namespaces without a daemon. Throws `SANDBOX_UNAVAILABLE` where they cannot be had. */
export async function openBwrapSandbox(
  options: SandboxOptions,
  { root }: Pick<SandboxView, 'root'>,
  surroundings: SandboxSurroundings,
): Promise<SandboxProvider> {
  const features = await tryBwrap(surroundings)
  const { environment } = surroundings
  const isRoot = process.getuid?.() === 0
  return {
    kind: 'bwrap',
    mountedAt: rootInside,
    async run(command, mounts) {
      await handOver(root, { environment, signal: command.signal })
      const mark = commandMark()
      const marked = { ...command, environment: { ...command.environment, ...mark.environment } }
      const program = {
        ...command,
        argv: bwrapArguments(marked, { features, root, mounts, options, environment, isRoot }),
        directory: '/',
        environment: outerEnvironment(environment),
        descriptors: etcFiles,
      }
      const result = await runGroup(program, {
        // The kernel ends all of it, but only some time after its first process.
        sweep: mark.sweep,
        watch(pid, stop) {
          const ends = [
            watchTree(pid, { memory: options.memory, processes: limits.processes, stop }),
            watchDisk(root, { limit: limits.disk, stop }),
          ]
          return () => ends.forEach((end) => end())
        },
      })
      return { ...result, ending: endingOf(result) }
    },
    async close() {},
  }
}

/** Runs something in it: being installed is not enough where user namespaces are switched off. */
export async function tryBwrap({ environment, signal }: SandboxSurroundings): Promise<BwrapFeatures> {
  if (process.platform !== 'linux') throw new AppError('SANDBOX_UNAVAILABLE', 'bubblewrap exists on Linux only.')
  const trial = { directory: '/', environment: outerEnvironment(environment), timeout: trialMs, maxOutput: 2 ** 16, signal }
  const { ending, stdout: help } = await runGroup({ ...trial, argv: ['bwrap', '--help'] })
  if (ending.kind === 'not-found') throw new AppError('SANDBOX_UNAVAILABLE', 'bubblewrap is not installed.', { hint })
  const features = { size: help.includes('--size '), disableUserns: help.includes('--disable-userns') }
  const plan = { features, root: null, mounts: [], options: { memory: 2 ** 30, cpus: 1 }, environment, isRoot: process.getuid?.() === 0 }
  const argv = bwrapArguments({ argv: ['true'], directory: '.' }, plan)
  const tried = await runGroup({ ...trial, argv, descriptors: etcFiles })
  if (tried.ending.kind === 'exited' && tried.ending.code === 0) return features
  throw new AppError('SANDBOX_UNAVAILABLE', `bubblewrap does not run: ${reasonOf(tried)}.`, { hint })
}

/** For `bwrap` itself; the command gets none of it. */
function outerEnvironment({ PATH }: SandboxSurroundings['environment']): Record<string, string> {
  return { PATH: PATH || '/usr/bin:/bin' }
}

function reasonOf({ ending, stderr }: GroupResult): string {
  return stderr.trim().split('\n')[0] || (ending.kind === 'exited' ? `exit code ${ending.code}` : ending.kind)
}

function endingOf({ ending, stdout, stderr }: GroupResult): CommandResult['ending'] {
  // Nothing of the command has run where bubblewrap itself says why it ended.
  const isOurs = isExit(ending, 1) && stdout === '' && stderr.startsWith('bwrap: ')
  if (isOurs || ending.kind === 'not-found')
    throw new AppError('SANDBOX_UNAVAILABLE', `bubblewrap cannot run a command: ${stderr.trim().split('\n')[0]}.`, { hint })
  if ((isExit(ending, 126) || isExit(ending, 127)) && stderr.startsWith('prlimit: failed to execute ')) return { kind: 'not-found' }
  return ending.kind === 'exited' ? endingOfCode(ending.code) : ending
}

function isExit(ending: GroupResult['ending'], code: number): boolean {
  return ending.kind === 'exited' && ending.code === code
}
