import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { reasonOf } from './docker-address.ts'
import type { SandboxSurroundings } from './provider.ts'

const progressSchema = z.object({ error: z.string() })

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
  const imported = docker.importImage(tar.stdout, { repo, tag, changes, abortSignal: signal }).then((progress) => follow(progress))
  try {
    const [[code]] = await Promise.all([packed, imported])
    if (code !== 0) throw new Error(`tar failed: ${await complaint}`)
  } catch (error) {
    signal.throwIfAborted()
    throw new AppError('SANDBOX_UNAVAILABLE', `The image cannot be handed to the Docker daemon: ${reasonOf(error)}.`, {
      cause: error,
      hint: 'Look at the log of the daemon, and at the space on its disk.',
    })
  }
}

/** Waits for the end of what a daemon does. An error is one of the lines that it tells meanwhile, after it has said that all is well. */
export async function follow(progress: NodeJS.ReadableStream, onSign: () => void = () => {}): Promise<void> {
  let told = ''
  for await (const chunk of progress) {
    told += String(chunk)
    onSign()
  }
  const error = told.split('\n').flatMap(errorIn)[0]
  if (error !== undefined) throw new Error(error)
}

function errorIn(line: string): string[] {
  const read = progressSchema.safeParse(parseJson(line))
  return read.success ? [read.data.error] : []
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
