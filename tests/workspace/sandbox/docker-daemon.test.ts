import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSilentServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dockerAddress } from '../../../src/workspace/sandbox/docker-address.ts'
import { connectDocker, requireImage, sandboxImage } from '../../../src/workspace/sandbox/docker-daemon.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const signal = new AbortController().signal

function folder(): string {
  const made = temporaryFolder()
  onTestFinished(() => made[Symbol.dispose]())
  return made.path
}

async function serve(listener: RequestListener, where: string | number = join(folder(), 'docker.sock')): Promise<string> {
  const server = createServer(listener)
  const address = await listen(server, where)
  onTestFinished(() => server.closeAllConnections())
  return address
}

async function listen(server: Server, where: string | number): Promise<string> {
  await new Promise<void>((resolve) => server.listen(where, resolve))
  onTestFinished(() => void server.close())
  return typeof where === 'string' ? where : String((server.address() as AddressInfo).port)
}

/** Answers as a daemon does, with whatever `docker info` is to say. */
const daemonSaying =
  (info: unknown, images: readonly string[] = []): RequestListener =>
  ({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json')
    if (url.startsWith('/info')) return void response.end(JSON.stringify(info))
    const found = images.some((image) => url === `/images/${image}/json`)
    response.writeHead(found ? 200 : 404).end(JSON.stringify(found ? { Id: 'sha256:1' } : { message: 'No such image' }))
  }

const connect = (DOCKER_HOST: string) => connectDocker({ environment: { DOCKER_HOST }, signal })

describe('dockerAddress', () => {
  it('reads DOCKER_HOST as the client does', async () => {
    const HOME = folder()
    expect(await dockerAddress({ HOME })).toEqual({ socketPath: '/var/run/docker.sock' })
    expect(await dockerAddress({ HOME, DOCKER_HOST: 'npipe:////./pipe/x' })).toEqual({ socketPath: '//./pipe/x' })
    expect(await dockerAddress({ DOCKER_HOST: 'tcp://docker.local' })).toEqual({ host: 'docker.local', port: 2375, protocol: 'http' })
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(HOME, `${name}.pem`), name)
    const secure = { DOCKER_HOST: 'tcp://docker.local', DOCKER_TLS_VERIFY: '1' }
    expect(await dockerAddress({ ...secure, DOCKER_CERT_PATH: HOME })).toMatchObject({
      port: 2376,
      protocol: 'https',
      ca: Buffer.from('ca'),
      key: Buffer.from('key'),
    })
    expect(await dockerAddress(secure)).toEqual({ host: 'docker.local', port: 2376, protocol: 'https' })
    mkdirSync(join(HOME, '.docker', 'run'), { recursive: true })
    writeFileSync(join(HOME, '.docker', 'run', 'docker.sock'), '')
    expect(await dockerAddress({ HOME, DOCKER_HOST: 'unix://' })).toEqual({ socketPath: join(HOME, '.docker', 'run', 'docker.sock') })
  })

  it.each<[Record<string, string>, RegExp]>([
    [{ DOCKER_HOST: 'ssh://user@host' }, /^DOCKER_HOST is reached over ssh, which is not supported here\.$/],
    [{ DOCKER_HOST: 'tcp://[' }, /^DOCKER_HOST is no address\.$/],
    [{ DOCKER_HOST: 'gopher://x' }, /^DOCKER_HOST is no address\.$/],
    [{ DOCKER_HOST: 'https://x', DOCKER_CERT_PATH: '/nowhere' }, /^The certificates in DOCKER_CERT_PATH cannot be read \(ENOENT/],
  ])('refuses %j', async (environment, message) => {
    await expect(dockerAddress(environment)).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE', message: expect.stringMatching(message) })
  })
})

describe('connectDocker', () => {
  it('reaches a daemon on a socket and on a port, and learns what matters of it', async () => {
    const info = {
      NCPU: 3,
      SecurityOptions: ['name=seccomp,profile=default', 'name=rootless', 'odd'],
      Runtimes: { runc: {}, runsc: {} },
    }
    const port = await serve(daemonSaying(info), 0)
    for (const host of [`unix://${await serve(daemonSaying(info))}`, `tcp://127.0.0.1:${port}`, `127.0.0.1:${port}`])
      expect(await connect(host)).toMatchObject({
        cpus: 3,
        securityOptions: new Set(['seccomp', 'rootless']),
        runtimes: new Set(['runc', 'runsc']),
      })
  })

  it('takes no word of what an engine leaves out', async () => {
    const socket = await serve(daemonSaying({ SecurityOptions: null }))
    expect(await connect(`unix://${socket}`)).toMatchObject({
      address: socket,
      cpus: Number.POSITIVE_INFINITY,
      securityOptions: new Set(),
      runtimes: new Set(),
    })
  })

  it('does not wait for a socket that accepts and never answers', async () => {
    const path = join(folder(), 'docker.sock')
    await listen(createSilentServer(), path)
    await expect(connect(`unix://${path}`)).rejects.toMatchObject({
      message: `The Docker daemon at ${path} did not answer within 3000 ms.`,
    })
  })

  it('ends with its signal', async () => {
    const path = join(folder(), 'docker.sock')
    await listen(createSilentServer(), path)
    const stop = new AbortController()
    const connecting = connectDocker({ environment: { DOCKER_HOST: `unix://${path}` }, signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(connecting).rejects.toThrow('enough')
  })

  it('says what is wrong and what to do', async () => {
    const path = join(folder(), 'docker.sock')
    await expect(connect(`unix://${path}`)).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: `The Docker daemon at ${path} is not there.`,
      hint: 'Start Docker, or set DOCKER_HOST.',
    })
    writeFileSync(path, '')
    await expect(connect(`unix://${path}`)).rejects.toMatchObject({ message: `The Docker daemon at ${path} is not running.` })
    const failing = await serve((_request, response) => void response.writeHead(500).end('{"message":"broken"}'))
    await expect(connect(`unix://${failing}`)).rejects.toMatchObject({
      message: expect.stringMatching(/ cannot be used: \(HTTP code 500\)/),
    })
  })
})

describe('requireImage', () => {
  const daemonWith = async (images: readonly string[]) => connect(`unix://${await serve(daemonSaying({}, images))}`)

  it('takes the one that is configured, or else our own', async () => {
    const daemon = await daemonWith(['mine:1', sandboxImage])
    expect(await requireImage(daemon, 'mine:1', signal)).toBe('mine:1')
    expect(await requireImage(daemon, null, signal)).toBe(sandboxImage)
  })

  it('pulls none that is missing, and says how to get it', async () => {
    const daemon = await daemonWith([])
    await expect(requireImage(daemon, null, signal)).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: `The Docker daemon at ${daemon.address} has no image ${sandboxImage}.`,
      hint: 'Run `agent doctor --build-sandbox`.',
    })
    await expect(requireImage(daemon, 'other', signal)).rejects.toMatchObject({
      hint: 'Run `docker pull other`, or correct sandbox.image.',
    })
  })

  it('does not take another failure for a missing image', async () => {
    const answer: RequestListener = (request, response) =>
      request.url?.startsWith('/info') ? void response.end('{}') : void response.writeHead(500).end('{"message":"broken"}')
    const daemon = await connect(`unix://${await serve(answer)}`)
    await expect(requireImage(daemon, null, signal)).rejects.toMatchObject({
      message: expect.stringMatching(/ cannot run a command: \(HTTP code 500\)/),
    })
  })
})
