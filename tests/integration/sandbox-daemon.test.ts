import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { containerLabels } from '../../src/workspace/sandbox/container-labels.ts'
import { openSandbox } from '../../src/workspace/sandbox.ts'
import { busyboxImage, containersLeft, docker, removeImage } from '../helpers/sandbox-image.ts'
import { missing } from '../helpers/sandbox-requirements.ts'
import { commandOf, type SandboxPlace, sandboxPlace, signal, until } from '../workspace/sandbox-contract.ts'

const image = `coding-agent-test-daemon:${process.pid}`
const reason = missing('docker', 'busybox')

describe.skipIf(reason !== undefined)(`the Docker sandbox${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let place: SandboxPlace
  beforeAll(async () => {
    await busyboxImage(image, ['ENTRYPOINT ["false"]', 'VOLUME /data'])
    place = sandboxPlace({ kind: 'docker', image })
  })
  afterAll(async () => {
    place?.remove()
    await removeImage(image)
  })

  const leave = async (changes: Record<string, string>) => {
    const Labels = { ...containerLabels('a-test', 60_000), ...changes }
    const container = await docker.createContainer({ Image: image, Entrypoint: ['sleep'], Cmd: ['600'], Labels })
    onTestFinished(() => container.remove({ force: true, v: true }).catch(() => {}))
    await container.start()
    return container.id
  }
  const ids = async () => (await docker.listContainers({ all: true })).map(({ Id }) => Id)

  it('runs the program, whatever the image would put before it', async () => {
    const sandbox = await place.open()
    expect((await sandbox.run(commandOf(['echo', 'hi']))).stdout).toBe('hi\n')
    await sandbox.close()
  })

  it('removes at its opening what others have left, and nothing that is still looked after', async () => {
    const nobody = '4194303'
    const [dead, late, elsewhere, alive] = [
      await leave({ 'coding-agent.sandbox.pid': nobody }),
      await leave({ 'coding-agent.sandbox.deadline': '1000', 'coding-agent.sandbox.host': 'elsewhere' }),
      await leave({ 'coding-agent.sandbox.pid': nobody, 'coding-agent.sandbox.host': `${hostname()} pid:[1]` }),
      await leave({}),
    ]
    await (await place.open()).close()
    const left = await ids()
    expect([dead, late, elsewhere, alive].map((id) => left.includes(id!))).toEqual([false, false, true, true])
  })

  it('ends what a process was running that was killed', async () => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, '../helpers/sandbox-owner.ts'), place.root, image], {
      stdio: 'inherit',
    })
    await until(() => existsSync(join(place.root, 'started')))
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    const ofOwner = { label: [`coding-agent.sandbox.pid=${owner.pid}`] }
    expect(await docker.listContainers({ all: true, filters: ofOwner })).toHaveLength(1)
    await (await place.open()).close()
    expect(await docker.listContainers({ all: true, filters: ofOwner })).toEqual([])
  })

  it('says so where the daemon does not see the folders', async () => {
    const opening = openSandbox(place.options, { root: '/nowhere/copy', readOnly: [] }, { environment: process.env, signal })
    await expect(opening).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringMatching(/^The Docker daemon at \S+ does not see \/nowhere\/copy: it runs on another machine/),
      hint: expect.stringContaining('unset DOCKER_HOST'),
    })
  })

  it('says so where the image is missing, and pulls none', async () => {
    await expect(place.open({ image: 'coding-agent-test-none:1' })).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringMatching(/ has no image coding-agent-test-none:1\.$/),
    })
  })

  it('is no answer of the program when the daemon goes away', async () => {
    const sockets = new Set<Socket>()
    const proxy = createServer((client) => {
      const daemon = connect(process.env.DOCKER_HOST?.replace(/^unix:\/\//, '') || '/var/run/docker.sock')
      for (const socket of [client, daemon]) sockets.add(socket.on('error', () => {}))
      client.pipe(daemon).pipe(client)
    })
    const path = join(place.outside, 'proxy.sock')
    await new Promise<void>((resolve) => proxy.listen(path, resolve))
    onTestFinished(() => void proxy.close())
    const view = { root: place.root, readOnly: [] }
    const sandbox = await openSandbox(place.options, view, { environment: { ...process.env, DOCKER_HOST: `unix://${path}` }, signal })
    const running = sandbox.run(commandOf(['sh', '-c', 'echo > running; sleep 600'])).catch((error: unknown) => error)
    await until(() => existsSync(join(place.root, 'running')))
    for (const socket of sockets) socket.destroy()
    expect(await running).toMatchObject({ code: 'SANDBOX_UNAVAILABLE', message: expect.stringContaining('cannot run a command') })
    await sandbox.close()
    expect(await containersLeft()).toEqual([])
  })

  it('leaves no container and no volume', async () => {
    expect(await containersLeft()).toEqual([])
    const { Volumes } = await docker.listVolumes({ filters: { dangling: ['true'] } })
    const sandbox = await place.open()
    await sandbox.run(commandOf(['true']))
    await sandbox.close()
    expect((await docker.listVolumes({ filters: { dangling: ['true'] } })).Volumes).toHaveLength(Volumes.length)
  })
})
