import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { version } from '../../domain/version.ts'
import { reasonOf } from './docker-address.ts'
import { connectDocker, type DockerDaemon, sandboxImage } from './docker-daemon.ts'
import { follow, importFolder } from './import-folder.ts'
import type { SandboxSurroundings } from './provider.ts'
import { assembleTools, bootstrapDebian, installNode } from './root-filesystem.ts'

/** The first is the one to pull. */
const [newest, ...others] = [`node:${process.versions.node.split('.', 1).join()}-slim`, 'node:24-slim', 'node:22-slim'] as const
/** A registry that can be reached says something within this time, and goes on doing so. */
const silentMs = 15_000

export interface BuildOptions extends SandboxSurroundings {
  /** Asks no registry and no mirror. */
  isOffline: boolean
  /** Called with a sentence for each thing that is tried. */
  tell(sentence: string): void
}

export interface BuiltImage {
  image: string
  bytes: number
  /** Such as `the tools of BusyBox and Node v24.1.0`. */
  contents: string
}

/** Makes the image that commands run in where none is configured, from the best that can be had here. It replaces the one of an earlier time. */
export async function buildSandboxImage(options: BuildOptions): Promise<BuiltImage> {
  const daemon = await connectDocker(options)
  const image = daemon.docker.getImage(sandboxImage)
  const before = await image.inspect().catch(() => null)
  const contents = (await fromBaseImage(daemon, options)) ?? (await fromThisMachine(daemon, options))
  const { Id, Size } = await image.inspect()
  // It may be in use, or have another name too.
  if (before !== null && before.Id !== Id)
    await daemon.docker
      .getImage(before.Id)
      .remove()
      .catch(() => {})
  return { image: sandboxImage, bytes: Size, contents }
}

async function fromBaseImage(daemon: DockerDaemon, options: BuildOptions): Promise<string | null> {
  for (const base of new Set([newest, ...others])) {
    const isHere = await daemon.docker
      .getImage(base)
      .inspect()
      .then(
        () => true,
        () => false,
      ) // prettier-ignore
    if (isHere) return nameImage(daemon, base)
  }
  if (options.isOffline) return null
  options.tell(`Pulling ${newest} …`)
  const problem = await pull(daemon, newest, options.signal)
  if (problem === null) return nameImage(daemon, newest)
  options.signal.throwIfAborted()
  options.tell(`It cannot be pulled (${problem}).`)
  return null
}

async function nameImage({ docker }: DockerDaemon, base: string): Promise<string> {
  const [repo = '', tag = ''] = sandboxImage.split(':')
  await docker.getImage(base).tag({ repo, tag })
  return `what ${base} holds`
}

/** Null, or why it did not work. */
async function pull({ docker }: DockerDaemon, image: string, signal: AbortSignal): Promise<string | null> {
  const silence = new AbortController()
  const giveUp = () => silence.abort(new Error(`no answer within ${silentMs / 1000} s`))
  const timer = setTimeout(giveUp, silentMs)
  try {
    const progress = await docker.pull(image, { abortSignal: AbortSignal.any([signal, silence.signal]) })
    await follow(progress, () => timer.refresh())
    return null
  } catch (error) {
    return silence.signal.aborted ? reasonOf(silence.signal.reason) : reasonOf(error)
  } finally {
    clearTimeout(timer)
  }
}

async function fromThisMachine(daemon: DockerDaemon, options: BuildOptions): Promise<string> {
  if (process.platform !== 'linux')
    throw new AppError('SANDBOX_UNAVAILABLE', `No image could be pulled, and on ${process.platform} none can be made from what is here.`, {
      hint: `Run \`docker pull ${newest}\` where there is a network, or name an image in sandbox.image.`,
    })
  const base = await mkdtemp(join(options.environment.TMPDIR || tmpdir(), 'agent-image-'))
  try {
    const folder = join(base, 'root')
    const system = (await debian(folder, options)) ?? (await smallTools(folder, options))
    const node = await installNode(folder, options)
    const path = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':')
    options.tell('Handing it to the Docker daemon …')
    await importFolder(daemon.docker, folder, {
      ...options,
      image: sandboxImage,
      changes: [`ENV PATH=${path}`, 'CMD ["sh"]', `LABEL coding-agent.version=${version}`],
    })
    return `${system} and ${node}`
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

async function debian(folder: string, options: BuildOptions): Promise<string | null> {
  if (options.isOffline) return null
  options.tell('Making a small Debian with debootstrap …')
  const problem = await bootstrapDebian(folder, options)
  if (problem === null) return 'a small Debian'
  options.tell(`That cannot be had (${problem}).`)
  await rm(folder, { recursive: true, force: true })
  return null
}

async function smallTools(folder: string, options: BuildOptions): Promise<string> {
  options.tell('Putting together tools and the running Node from this machine …')
  return assembleTools(folder, options)
}
