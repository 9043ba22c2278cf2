import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { assembleTools, installNode } from '../../src/workspace/sandbox/root-filesystem.ts'

const label = 'coding-agent.test'

/** The daemon that tests use. */
export const docker = new Docker({ socketPath: process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') || '/var/run/docker.sock' })

/** Makes an image from this machine's busybox, without any registry. */
export async function busyboxImage(name: string, changes: readonly string[] = []): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-image-'))
  try {
    const busybox = execFileSync('sh', ['-c', 'command -v busybox']).toString().trim()
    for (const each of ['bin', 'etc', 'tmp']) mkdirSync(join(folder, each))
    copyFileSync(busybox, join(folder, 'bin', 'busybox'))
    const applets = execFileSync(busybox, ['--list']).toString().split('\n')
    for (const applet of applets.filter((each) => each && each !== 'busybox')) symlinkSync('busybox', join(folder, 'bin', applet))
    await importFolder(folder, name, changes)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** An image with this machine's basic tools and the Node that runs the tests, without any registry. */
export async function nodeImage(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-image-'))
  const surroundings = { environment: process.env, signal: new AbortController().signal }
  try {
    await assembleTools(folder, surroundings)
    await installNode(folder, surroundings)
    await importFolder(folder, name, ['ENV PATH=/usr/local/bin:/usr/bin:/bin'])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function importFolder(folder: string, name: string, changes: readonly string[]): Promise<void> {
  const [repo, tag] = name.split(':')
  const tar = spawn('tar', ['-C', folder, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const progress = await docker.importImage(tar.stdout, { repo, tag, changes: ['ENV PATH=/bin', `LABEL ${label}=1`, ...changes] })
  await new Promise((resolve, reject) => progress.once('error', reject).once('end', resolve).resume())
}

export async function removeImage(name: string): Promise<void> {
  await docker
    .getImage(name)
    .remove({ force: true })
    .catch(() => {})
}

/** Containers of ours that are on the daemon, running or not. */
export async function containersLeft(): Promise<readonly string[]> {
  const found = await docker.listContainers({ all: true, filters: { label: ['coding-agent.sandbox'] } })
  return found.filter(({ Labels }) => Labels['coding-agent.sandbox.pid'] === String(process.pid)).map(({ Command }) => Command)
}
