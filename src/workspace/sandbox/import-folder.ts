import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import type { SandboxSurroundings } from './provider.ts'

interface ImportOptions extends SandboxSurroundings {
  /** `name:tag`. */
  image: string
  changes: readonly string[]
}

/** Makes an image of one layer from all that is in a folder. */
export async function importFolder(docker: Docker, folder: string, { image, changes, environment, signal }: ImportOptions): Promise<void> {
  const [repo, tag] = image.split(':')
  const tar = spawn('tar', ['-C', folder, '-cf', '-', '.'], { env: { PATH: environment.PATH }, stdio: ['ignore', 'pipe', 'pipe'], signal })
  const complaint = text(tar.stderr)
  const packed = once(tar, 'close')
  const imported = docker.importImage(tar.stdout, { repo, tag, changes, abortSignal: signal }).then((progress) => follow(docker, progress))
  const [[code]] = await Promise.all([packed, imported])
  if (code !== 0) throw new Error(`tar failed: ${await complaint}`)
}

/** Waits for the end of what a daemon does; throws the error that it tells on the way. */
export function follow(docker: Docker, progress: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())))
}
