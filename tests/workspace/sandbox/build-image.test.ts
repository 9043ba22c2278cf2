import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildSandboxImage } from '../../../src/workspace/sandbox/build-image.ts'
import { sandboxImage } from '../../../src/workspace/sandbox/docker-daemon.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const newest = `node:${process.versions.node.split('.')[0]}-slim`

const isLinux = process.platform === 'linux'

interface FakeDaemon {
  images: Set<string>
  asked: string[]
  environment: { DOCKER_HOST: string; PATH: string; TMPDIR: string }
}

/** A daemon that has images, and a registry that answers a pull with these lines. */
async function fakeDaemon(images: readonly string[], pulled: readonly (object | string)[]): Promise<FakeDaemon> {
  const folder = temporaryFolder()
  for (const name of ['tar', 'ldd', 'bash'])
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${name}`])
        .toString()
        .trim(),
      join(folder.path, name),
    )
  const fake: FakeDaemon = {
    images: new Set(images),
    asked: [],
    // Only what making an archive takes.
    environment: { DOCKER_HOST: `unix://${join(folder.path, 'docker.sock')}`, PATH: folder.path, TMPDIR: folder.path },
  }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://daemon')
    const [, name = ''] = /^\/images\/(.+)\/(?:json|tag)$/.exec(pathname) ?? []
    const answer = (status: number, body: object) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    request.resume()
    if (pathname === '/info') return answer(200, {})
    fake.asked.push(`${request.method} ${pathname}`)
    if (pathname === '/images/create' && searchParams.get('fromSrc') === '-')
      return void response.end('{"error":"nothing is imported here"}\n')
    if (pathname === '/images/create') {
      if (!pulled.some((line) => typeof line === 'object' && 'error' in line))
        fake.images.add(`${searchParams.get('fromImage')}:${searchParams.get('tag')}`)
      return void response.end(pulled.map((line) => `${JSON.stringify(line)}\n`).join(''))
    }
    if (pathname.endsWith('/tag')) {
      fake.images.add(`${searchParams.get('repo')}:${searchParams.get('tag')}`)
      return answer(201, {})
    }
    return fake.images.has(name) ? answer(200, { Id: `id of ${name}`, Size: 1000 }) : answer(404, { message: 'No such image' })
  })
  await new Promise<void>((resolve) => server.listen(join(folder.path, 'docker.sock'), resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    folder[Symbol.dispose]()
  })
  return fake
}

function build(fake: FakeDaemon, isOffline: boolean) {
  const told: string[] = []
  const built = buildSandboxImage({
    environment: fake.environment,
    signal: new AbortController().signal,
    isOffline,
    tell: (sentence) => told.push(sentence),
  })
  return { built, told }
}

describe('buildSandboxImage', () => {
  it('takes an image of Node that the daemon has, and asks no registry', async () => {
    const fake = await fakeDaemon(['node:22-slim'], [])
    const { built, told } = build(fake, false)
    expect(await built).toEqual({ image: sandboxImage, bytes: 1000, contents: 'what node:22-slim holds' })
    expect(told).toEqual([])
    expect(fake.asked).not.toContain('POST /images/create')
  })

  it('pulls one where there is none', async () => {
    const fake = await fakeDaemon([], [{ status: 'Pulling' }, { status: 'Done' }, 'odd'])
    const { built, told } = build(fake, false)
    expect((await built).contents).toBe(`what ${newest} holds`)
    expect(told).toEqual([`Pulling ${newest} …`])
  })

  it.skipIf(!isLinux)('says why none can be pulled, and goes on with what this machine has', async () => {
    const fake = await fakeDaemon([], [{ status: 'Pulling' }, { error: 'no such host', errorDetail: { message: 'no such host' } }])
    const { built, told } = build(fake, false)
    await expect(built).rejects.toThrow('The image cannot be handed to the Docker daemon: nothing is imported here.')
    expect(told.slice(0, 3)).toEqual([
      `Pulling ${newest} …`,
      'It cannot be pulled (no such host).',
      'Making a small Debian with debootstrap …',
    ])
    expect(told[3]).toMatch(/^That cannot be had \((?:debootstrap is not installed|only root can run debootstrap)\)\.$/)
  })

  it.skipIf(!isLinux)('asks neither a registry nor a mirror without a network', async () => {
    const fake = await fakeDaemon([], [])
    const { built, told } = build(fake, true)
    await expect(built).rejects.toThrow('The image cannot be handed to the Docker daemon: nothing is imported here.')
    expect(told[0]).toBe('Putting together tools and the running Node from this machine …')
  })

  it('ends with its signal', async () => {
    const { environment } = await fakeDaemon([], [])
    await expect(
      buildSandboxImage({ environment, signal: AbortSignal.abort(new Error('enough')), isOffline: true, tell: () => {} }),
    ).rejects.toThrow('enough')
  })
})
