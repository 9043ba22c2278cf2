import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSandbox, type SandboxOptions } from '../../src/workspace/sandbox.ts'
import { busyboxImage, removeImage } from '../helpers/sandbox-image.ts'
import { missing } from '../helpers/sandbox-requirements.ts'
import { commandOf, type SandboxPlace, sandboxPlace, signal } from '../workspace/sandbox-contract.ts'

const image = `coding-agent-test-choice:${process.pid}`
const noDocker = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
const noBwrap = { PATH: '/nowhere' }

describe('openSandbox', () => {
  let place: SandboxPlace
  beforeAll(() => {
    place = sandboxPlace({ kind: 'docker', image })
  })
  afterAll(() => place.remove())
  const open = (use: SandboxOptions['use'], environment: Record<string, string>) =>
    openSandbox(
      { ...place.options, use },
      { root: place.root, readOnly: [] },
      { environment: { PATH: process.env.PATH, DOCKER_HOST: process.env.DOCKER_HOST, ...environment }, signal },
    )

  describe.skipIf(missing('docker', 'busybox') !== undefined)('where Docker answers', () => {
    beforeAll(() => busyboxImage(image))
    afterAll(() => removeImage(image))

    it('takes Docker before anything else', async () => {
      const sandbox = await open('auto', {})
      expect(sandbox).toMatchObject({ kind: 'docker', mountedAt: '/repo' })
      await sandbox.close()
    })
  })

  it.skipIf(missing('bwrap') !== undefined)('takes bubblewrap where Docker does not answer', async () => {
    const sandbox = await open('auto', noDocker)
    expect(sandbox).toMatchObject({ kind: 'bwrap', mountedAt: '/repo' })
    const script = 'console.log(process.version, os.userInfo().username); dns.lookup("localhost", (_, address) => console.log(address))'
    expect((await sandbox.run(commandOf(['node', '-e', script]))).stdout).toMatch(
      new RegExp(`^${process.version} sandbox\n(?:127\\.0\\.0\\.1|::1)\n$`),
    )
    await sandbox.close()
  })

  it('refuses with both reasons where there is neither, and never falls back to this machine', async () => {
    await expect(open('auto', { ...noDocker, ...noBwrap })).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringMatching(
        /^No sandbox can be used\. The Docker daemon at \/nowhere\/docker\.sock is not there\. bubblewrap .*\.$/,
      ),
      hint: expect.stringMatching(/^Start Docker, or set DOCKER_HOST\..*`--sandbox host` runs commands without one\.$/),
    })
  })

  it('takes nothing else where one is asked for', async () => {
    await expect(open('docker', noDocker)).rejects.toMatchObject({ message: 'The Docker daemon at /nowhere/docker.sock is not there.' })
    await expect(open('bwrap', noBwrap)).rejects.toMatchObject({ message: expect.stringMatching(/^bubblewrap /) })
  })

  it('ends with its signal', async () => {
    const opening = openSandbox(
      place.options,
      { root: place.root, readOnly: [] },
      { environment: {}, signal: AbortSignal.abort(new Error('enough')) },
    )
    await expect(opening).rejects.toThrow('enough')
    const auto = { ...place.options, use: 'auto' } as const
    await expect(
      openSandbox(auto, { root: place.root, readOnly: [] }, { environment: {}, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough')
  })

  it.skipIf(process.platform !== 'linux').each([
    [
      'echo "bwrap: No permissions to create new namespace" >&2; exit 1',
      'bubblewrap does not run: bwrap: No permissions to create new namespace.',
    ],
    ['exit 3', 'bubblewrap does not run: exit code 3.'],
    ['kill -9 $$', 'bubblewrap does not run: signalled.'],
  ])('finds bubblewrap that is installed and does not run: %s', async (script, message) => {
    await expect(open('bwrap', { PATH: `${fakeBwrap(place, script)}:${process.env.PATH}` })).rejects.toMatchObject({ message })
  })

  it.skipIf(process.platform !== 'linux')('is no answer of the program when bubblewrap fails later', async () => {
    const bin = fakeBwrap(place, 'case "$*" in *--help | *true) ;; *) echo "bwrap: gone" >&2; exit 1 ;; esac')
    const sandbox = await open('bwrap', { PATH: `${bin}:${process.env.PATH}` })
    await expect(sandbox.run(commandOf(['cat', 'a.txt']))).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: 'bubblewrap cannot run a command: bwrap: gone.',
    })
    await sandbox.close()
  })
})

function fakeBwrap({ outside }: SandboxPlace, script: string): string {
  const bin = join(outside, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'bwrap'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, 'bwrap'), 0o755)
  return bin
}
