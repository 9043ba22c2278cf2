import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProgram } from '../../../src/workspace/find-program.ts'
import { sandboxImage } from '../../../src/workspace/sandbox/docker-daemon.ts'
import { assembleTools, bootstrapDebian, installNode } from '../../../src/workspace/sandbox/root-filesystem.ts'
import { busyboxImage, docker, removeImage } from '../../helpers/sandbox-image.ts'
import { missing } from '../../helpers/sandbox-requirements.ts'
import { commandOf, sandboxPlace, signal } from '../../workspace/sandbox-contract.ts'
import { runAgent } from '../run-agent.ts'

const reason = missing('docker', 'busybox')
const kept = `coding-agent-test-kept:${process.pid}`
const nodeImage = `node:${process.versions.node.split('.')[0]}-slim`
const environment = { PATH: process.env.PATH, DOCKER_HOST: process.env.DOCKER_HOST, AGENT_OFFLINE: '1' }

/** What somebody has of this name is theirs. */
async function keep(name: string, as: string): Promise<boolean> {
  const [repo = '', tag = ''] = as.split(':')
  return docker
    .getImage(name)
    .tag({ repo, tag })
    .then(
      () => true,
      () => false,
    ) // prettier-ignore
}

describe.skipIf(reason !== undefined)(
  `agent doctor --build-sandbox${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    let hadOne = false
    let hadNode = false
    beforeAll(async () => {
      hadOne = await keep(sandboxImage, kept)
      hadNode = await keep(nodeImage, `${kept}-node`)
      if (hadNode) await docker.getImage(nodeImage).remove()
      await removeImage(sandboxImage)
    })
    afterAll(async () => {
      await removeImage(sandboxImage)
      if (hadOne) await keep(kept, sandboxImage)
      if (hadNode) await keep(`${kept}-node`, nodeImage)
      for (const name of [kept, `${kept}-node`]) await removeImage(name)
    })

    const build = (changes: Record<string, string> = {}) =>
      runAgent(['doctor', '--build-sandbox'], { cwd: tmpdir(), environment: { ...environment, ...changes } })

    it('puts an image together from this machine, without any network, in which the running Node runs', async () => {
      const temporary = mkdtempSync(join(tmpdir(), 'agent-build-'))
      expect(await build({ TMPDIR: temporary })).toEqual({
        code: 0,
        stdout: expect.stringMatching(
          new RegExp(`^Made ${sandboxImage} \\(\\d+ MB\\): the tools of BusyBox and Node ${process.version}.*sandbox\\.image\\.\n$`, 's'),
        ),
        stderr:
          'Putting together tools and the running Node from this machine …\nHanding it to the Docker daemon …\nRunning Node in it …\n',
      })
      expect(readdirSync(temporary)).toEqual([])
      rmSync(temporary, { recursive: true })
      const place = sandboxPlace({ kind: 'docker' })
      const sandbox = await place.open()
      const script = 'require("fs").writeFileSync("made", `${process.env.HOME}\\n`); console.log(require("os").userInfo().uid > 0)'
      expect(await sandbox.run(commandOf(['node', '-e', script]))).toMatchObject({ ending: { kind: 'exited', code: 0 }, stdout: 'true\n' })
      expect((await sandbox.run(commandOf(['sh', '-c', 'cat made | sed s,/,:,; command -v git || echo no git']))).stdout).toBe(
        ':tmp\nno git\n',
      )
      await sandbox.close()
      place.remove()
    })

    it('replaces the one of an earlier time, and leaves none without a name', async () => {
      const before = await docker.getImage(sandboxImage).inspect()
      expect((await build()).code).toBe(0)
      expect((await docker.getImage(sandboxImage).inspect()).Id).not.toBe(before.Id)
      await expect(docker.getImage(before.Id).inspect()).rejects.toMatchObject({ statusCode: 404 })
    })

    it('takes an image of Node that is there already, and says so when Node does not run in it', async () => {
      await busyboxImage(nodeImage)
      const { code, stderr } = await build()
      await removeImage(nodeImage)
      expect([code, stderr]).toEqual([3, expect.stringContaining('The image was made, but Node does not run in it')])
    })

    it.skipIf(!process.env.SOAK)('makes a small Debian where a mirror can be reached', { timeout: 600_000 }, async () => {
      const { code, stdout, stderr } = await build({ AGENT_OFFLINE: '', PATH: `${process.env.PATH}:/usr/sbin:/sbin` })
      expect([code, stdout]).toEqual([0, expect.stringMatching(/\): (?:what node:\S+ holds|a small Debian and Node)/)])
      expect(stderr).toMatch(/^Pulling node:/)
    })

    it('says so where there is no daemon', async () => {
      expect(await build({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('The Docker daemon at /nowhere/docker.sock is not there.'),
      })
    })
  },
)

describe.skipIf(process.platform !== 'linux')('a root file system made of this machine', () => {
  const isRoot = process.getuid?.() === 0

  it('has the usual tools also where there is no BusyBox', async () => {
    const base = mkdtempSync(join(tmpdir(), 'agent-root-'))
    const [root, bin] = [join(base, 'root'), join(base, 'bin')]
    mkdirSync(bin)
    for (const name of ['sh', 'env', 'sed', 'cat', 'ldd', 'awk', 'bash'])
      symlinkSync(findProgram(name, { environment: process.env })!, join(bin, name))
    const surroundings = { environment: { PATH: bin }, signal }
    expect(await assembleTools(root, surroundings)).toBe('the small tools of this machine')
    expect(await installNode(root, surroundings)).toMatch(/^Node v/)
    expect(readdirSync(join(root, 'bin'))).toEqual(['awk', 'bash', 'cat', 'env', 'sed', 'sh'])
    if (isRoot) {
      const script = 'echo a | /usr/bin/env sed s/a/b/; /usr/local/bin/node -p 1+1'
      expect(execFileSync('chroot', [root, '/bin/sh', '-c', script]).toString()).toBe('b\n2\n')
    }
    rmSync(base, { recursive: true })
  })

  it('takes npm along where it stands beside Node', async () => {
    const root = mkdtempSync(join(tmpdir(), 'agent-root-'))
    await assembleTools(root, { environment: process.env, signal })
    const told = await installNode(root, { environment: process.env, signal })
    expect(existsSync(join(root, 'usr/local/bin/npm'))).toBe(told.endsWith('with npm'))
    rmSync(root, { recursive: true })
  })

  it('says why there is no Debian', async () => {
    const told = await bootstrapDebian('/nowhere', { environment: { PATH: '/nowhere' }, signal })
    expect(told).toBe(isRoot ? 'debootstrap is not installed' : 'only root can run debootstrap')
    if (!isRoot) return
    const base = mkdtempSync(join(tmpdir(), 'agent-root-'))
    symlinkSync('/bin/false', join(base, 'debootstrap'))
    expect(await bootstrapDebian(join(base, 'root'), { environment: { PATH: base }, signal })).toBe('debootstrap failed: exited')
    rmSync(base, { recursive: true })
  })
})
