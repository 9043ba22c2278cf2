import { lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { release } from 'node:os'
import { dirname, join, posix } from 'node:path'
import type { Command } from '../command.ts'
import type { SandboxOptions } from '../sandbox.ts'
import { commandEnvironment } from './command-environment.ts'
import { limits } from './limits.ts'
import { processorList } from './processor-list.ts'
import { type Mount, rootInside, type SandboxSurroundings } from './provider.ts'

/** Who a command is inside. On this machine that is whoever runs us, without any of their rights; where root does, it is nobody here too. */
const uid = '65534'
const nodeInside = '/opt/node'

/** What the installed version of bubblewrap can do that an older one cannot. */
export interface BwrapFeatures {
  size: boolean
  disableUserns: boolean
}

export interface BwrapPlan {
  features: BwrapFeatures
  /** The tree; null for a trial without one. */
  root: string | null
  mounts: readonly Mount[]
  options: Pick<SandboxOptions, 'memory' | 'cpus'>
  /** Whether root runs us. */
  isRoot: boolean
  environment: SandboxSurroundings['environment']
}

/** What the command reads at descriptors 3, 4 and 5: the little of `/etc` that programs ask for. */
export const etcFiles = [
  `sandbox:x:${uid}:${uid}:sandbox:/tmp:/bin/sh\n`,
  `sandbox:x:${uid}:\n`,
  '127.0.0.1 localhost sandbox\n::1 localhost\n',
] as const

/** `bwrap` and its arguments for one command: the system's programs read-only, the tree, and nothing else of this machine. */
export function bwrapArguments(command: Pick<Command, 'argv' | 'directory' | 'environment'>, plan: BwrapPlan): string[] {
  return [
    'bwrap',
    ...isolation(plan),
    ...system(),
    ...devices(plan.features),
    ...tree(plan),
    '--remount-ro',
    '/',
    '--chdir',
    posix.join(rootInside, command.directory),
    ...variables(command, plan.environment),
    '--',
    ...(plan.isRoot ? becomeNobody : []),
    ...allowance(plan),
    ...command.argv,
  ]
}

function isolation({ isRoot, features }: BwrapPlan): string[] {
  const namespaces = ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try']
  return [
    ...namespaces,
    ...(isRoot ? asRoot : ['--unshare-user', '--uid', uid, '--gid', uid, '--cap-drop', 'ALL']),
    ...(!isRoot && features.disableUserns ? ['--disable-userns'] : []),
    '--hostname',
    'sandbox',
    '--new-session',
    '--die-with-parent',
    '--clearenv',
  ]
}

/**
 * In a user namespace that root makes, root stays the owner of files such as `/proc/sys/kernel/core_pattern`, and an owner needs no capability to
 * write. So there is none: the little that entering a folder of another user and becoming one takes is kept until `setpriv` has done it.
 */
const asRoot = [
  '--cap-drop',
  'ALL',
  ...['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_DAC_READ_SEARCH'].flatMap((name) => ['--cap-add', name]),
]
const becomeNobody =
  `setpriv --reuid ${uid} --regid ${uid} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all --`.split(
    ' ',
  )

/** What programs of the system need of `/etc`: Debian keeps part of Maven there, and not its settings, which may hold passwords. */
const etcNames = [
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'maven/m2.conf',
  'maven/logging',
  'java',
] as const

function system(): string[] {
  const etc = [...etcNames, ...javaFolders()].flatMap((name) => bindIfThere(`/etc/${name}`))
  const data = ['passwd', 'group', 'hosts'].flatMap((name, index) => [
    '--perms',
    '0644',
    '--ro-bind-data',
    String(index + 3),
    `/etc/${name}`,
  ])
  const beside = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap(likeHost)
  return ['--ro-bind', '/usr', '/usr', ...beside, '--dir', '/etc', ...etc, ...data, ...runningNode()]
}

/** Debian's Java finds its configuration in a folder that is named after its version. */
function javaFolders(): string[] {
  return readdirSync('/etc').filter((name) => /^java-\d+-openjdk$/.test(name))
}

/** On most systems these are links into `/usr`. */
function likeHost(path: string): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isSymbolicLink()) return ['--symlink', readlinkSync(path), path]
  return found === undefined ? [] : ['--ro-bind', path, path]
}

function bindIfThere(path: string): string[] {
  return ['--ro-bind-try', path, path]
}

/** The program and npm alone: the folder they are in may be the user's home. */
function runningNode(): string[] {
  const node = realpathSync(process.execPath)
  const npm = join(dirname(dirname(node)), 'lib', 'node_modules', 'npm')
  const links = ['npm', 'npx'].flatMap((name) => ['--symlink', `../lib/node_modules/npm/bin/${name}-cli.js`, `${nodeInside}/bin/${name}`])
  const hasNpm = lstatSync(npm, { throwIfNoEntry: false })?.isDirectory() ?? false
  // Folders that are made on the way to a mount are for their owner alone.
  const folders = ['/opt', nodeInside, ...['bin', 'lib', 'lib/node_modules'].map((name) => `${nodeInside}/${name}`)]
  const program = [...folders.flatMap((folder) => ['--dir', folder]), '--ro-bind', node, `${nodeInside}/bin/node`]
  return hasNpm ? [...program, '--ro-bind', npm, `${nodeInside}/lib/node_modules/npm`, ...links] : program
}

function devices({ size }: BwrapFeatures): string[] {
  const sized = (bytes: number, path: string) => ['--perms', '1777', ...(size ? ['--size', String(bytes)] : []), '--tmpfs', path]
  const dev = ['--dev', '/dev', ...sized(limits.sharedMemory, '/dev/shm'), '--remount-ro', '/dev']
  return ['--proc', '/proc', ...dev, ...sized(limits.temporary, '/tmp')]
}

function tree({ root, mounts }: BwrapPlan): string[] {
  const readOnly = mounts.flatMap(({ source, target }) => ['--ro-bind', source, posix.join(rootInside, target)])
  return root === null ? ['--dir', rootInside] : ['--bind', root, rootInside, ...readOnly]
}

function variables(command: Pick<Command, 'environment'>, environment: SandboxSurroundings['environment']): string[] {
  const ours = (environment.PATH ?? '').split(':').filter((folder) => folder.startsWith('/usr/'))
  const path = [...new Set([`${nodeInside}/bin`, ...ours, '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'])].join(':')
  return Object.entries({ PATH: path, ...commandEnvironment(command) }).flatMap(([name, value]) => ['--setenv', name, value])
}

/** Limits of the kernel on each process. The one on data is a second line only, far off: what the whole tree takes is watched from outside. */
function allowance({ options: { memory, cpus }, isRoot }: BwrapPlan): string[] {
  const processors = processorList(cpus)
  return [
    ...(processors === undefined ? [] : ['taskset', '--cpu-list', processors]),
    'prlimit',
    '--core=0',
    `--fsize=${limits.fileSize}`,
    `--nofile=${limits.openFiles}`,
    // Node and its WebAssembly reserve gigabytes that they never touch.
    `--data=${Math.max(memory * 2, 8 * 2 ** 30)}`,
    ...(countsOwnProcesses(isRoot) ? [`--nproc=${limits.processes}`] : []),
  ]
}

/** Since Linux 5.14 a user namespace has a count of its own; before, and without one, everything that the user runs would count. */
function countsOwnProcesses(isRoot: boolean): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return !isRoot && (major > 5 || (major === 5 && minor >= 14))
}
