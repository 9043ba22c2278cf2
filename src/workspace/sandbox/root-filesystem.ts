import { chmod, cp, lstat, mkdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runGroup } from '../../system/run-group.ts'
import { findProgram } from '../find-program.ts'
import { copyProgram } from './copy-program.ts'
import type { SandboxSurroundings } from './provider.ts'

const debootstrapMs = 10 * 60_000

/** What is taken of this machine where there is no BusyBox. */
const tools =
  `awk basename bash cat chmod cmp comm cp cut date dd diff dirname du echo env expr false find grep gunzip gzip head id install join kill ln ls mkdir mktemp mv nl
  nproc od paste patch printf ps pwd readlink realpath rm rmdir sed seq sh sha256sum sleep sort split stat tail tar tee test timeout touch tr true uname uniq wc which xargs`.split(
    /\s+/,
  )

/** Fills an empty folder with a small Debian. Null, or why that cannot be done here. */
export async function bootstrapDebian(folder: string, { environment, signal }: SandboxSurroundings): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'only root can run debootstrap'
  const codename = /^VERSION_CODENAME="?(\w+)/m.exec(await readFile('/etc/os-release', 'utf8').catch(() => ''))?.[1]
  if (codename === undefined) return 'this is no release that debootstrap knows'
  const { ending, stdout, stderr } = await runGroup({
    argv: ['debootstrap', '--variant=minbase', codename, folder],
    directory: '/',
    environment: passedOn(environment),
    timeout: debootstrapMs,
    maxOutput: 2 ** 22,
    signal,
  })
  if (ending.kind === 'not-found') return 'debootstrap is not installed'
  if (ending.kind !== 'exited' || ending.code !== 0) return `debootstrap failed: ${lastLine(stderr) || lastLine(stdout) || ending.kind}`
  // What only an installation needs, and what a container gets from the daemon.
  for (const path of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale', 'dev'])
    await rm(join(folder, path), { recursive: true, force: true })
  await mkdir(join(folder, 'dev'))
  return null
}

/** Fills an empty folder with the usual small tools: BusyBox where it is installed, else those of this machine. Returns what they are. */
export async function assembleTools(folder: string, surroundings: SandboxSurroundings): Promise<string> {
  for (const path of ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'usr/bin', 'usr/local/bin', 'var'])
    await mkdir(join(folder, path), { recursive: true })
  await mkdir(join(folder, 'tmp'))
  await chmod(join(folder, 'tmp'), 0o1777)
  await writeFile(join(folder, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n')
  await writeFile(join(folder, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n')
  const busybox = findProgram('busybox', surroundings)
  if (busybox !== null) return installBusybox(folder, { busybox, surroundings })
  for (const tool of tools) {
    const found = findProgram(tool, surroundings)
    if (found !== null) await copyProgram(found, join('bin', tool), { root: folder, surroundings })
  }
  // Scripts name it there.
  await symlink('../../bin/env', join(folder, 'usr', 'bin', 'env'))
  return 'the small tools of this machine'
}

async function installBusybox(
  folder: string,
  { busybox, surroundings }: { busybox: string; surroundings: SandboxSurroundings },
): Promise<string> {
  await copyProgram(busybox, 'bin/busybox', { root: folder, surroundings })
  const { environment, signal } = surroundings
  const listing = {
    argv: [busybox, '--list'],
    directory: '/',
    environment: passedOn(environment),
    timeout: 10_000,
    maxOutput: 2 ** 16,
    signal,
  }
  const applets = (await runGroup(listing)).stdout.split('\n').filter((name) => /^[\w[.-]+$/.test(name) && name !== 'busybox')
  for (const applet of applets) await symlink('busybox', join(folder, 'bin', applet))
  await symlink('../../bin/busybox', join(folder, 'usr', 'bin', 'env'))
  return 'the tools of BusyBox'
}

/** Puts the Node that runs us, and its npm where there is one, below another root. Returns what that is. */
export async function installNode(folder: string, surroundings: SandboxSurroundings): Promise<string> {
  const node = await realpath(process.execPath)
  await copyProgram(node, 'usr/local/bin/node', { root: folder, surroundings })
  const npm = join(dirname(dirname(node)), 'lib', 'node_modules', 'npm')
  const hasNpm = (await lstat(npm).catch(() => null))?.isDirectory() ?? false
  if (!hasNpm) return `Node ${process.version}`
  await cp(npm, join(folder, 'usr/local/lib/node_modules/npm'), { recursive: true, verbatimSymlinks: true })
  for (const name of ['npm', 'npx']) await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, 'usr/local/bin', name))
  return `Node ${process.version} with npm`
}

/** A proxy is all that a download needs to know of us. */
function passedOn(environment: SandboxSurroundings['environment']): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'TMPDIR']
  const known = names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))
  return { PATH: environment.PATH || '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ...Object.fromEntries(known) }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
