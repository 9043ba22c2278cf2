import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CommandEnding } from '../../../src/workspace/command.ts'
import { bwrapArguments } from '../../../src/workspace/sandbox/bwrap-arguments.ts'
import { commandUser, handOver } from '../../../src/workspace/sandbox/command-user.ts'
import { containerOptions, type ContainerPlan } from '../../../src/workspace/sandbox/container-options.ts'
import { librariesIn } from '../../../src/workspace/sandbox/copy-program.ts'
import { endingOfCode } from '../../../src/workspace/sandbox/ending-of-code.ts'
import { isPlainFolder } from '../../../src/workspace/sandbox/plain-folder.ts'
import { firstProcessors } from '../../../src/workspace/sandbox/processor-list.ts'
import { watchDisk } from '../../../src/workspace/sandbox/watch-disk.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const plan: ContainerPlan = {
  daemon: { cpus: 8, securityOptions: new Set(['seccomp']), runtimes: new Set(['runc']) },
  image: 'i:1',
  user: '1000:1001',
  root: '/tree',
  mounts: [{ source: '/elsewhere/node_modules', target: 'web/node_modules' }],
  options: { memory: 1e9, cpus: 1.5 },
  labels: { a: 'b' },
}
const optionsOf = (changes: Partial<ContainerPlan['daemon']> = {}, options = plan.options) =>
  containerOptions({ argv: ['p', 'q'], directory: 'web' }, { ...plan, options, daemon: { ...plan.daemon, ...changes } })

describe('containerOptions', () => {
  it('gives a container as little as it can do with', () => {
    const { HostConfig, ...options } = optionsOf()
    expect(options).toMatchObject({
      Entrypoint: ['p'],
      Cmd: ['q'],
      User: '1000:1001',
      WorkingDir: '/repo/web',
      NetworkDisabled: true,
      OpenStdin: false,
    })
    expect(options.Env).toEqual(['HOME=/tmp', 'LANG=C.UTF-8', 'TERM=dumb', 'CI=1', 'PYTHONDONTWRITEBYTECODE=1'])
    expect(HostConfig).toMatchObject({
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      IpcMode: 'private',
      Init: true,
      PidsLimit: 512,
      Memory: 1e9,
      MemorySwap: 1e9,
      NanoCpus: 1.5e9,
    })
    expect(HostConfig?.Mounts).toEqual([
      { Type: 'bind', Source: '/tree', Target: '/repo', ReadOnly: false },
      { Type: 'bind', Source: '/elsewhere/node_modules', Target: '/repo/web/node_modules', ReadOnly: true },
    ])
    // Nothing that opens more than this may come in unseen.
    expect(HostConfig).not.toHaveProperty('Privileged')
    expect(HostConfig).not.toHaveProperty('CapAdd')
    expect(HostConfig).not.toHaveProperty('Binds')
  })

  it('opens standard input only for a command that has some', () => {
    expect(containerOptions({ argv: ['p'], directory: '.', input: '' }, plan)).toMatchObject({
      OpenStdin: true,
      StdinOnce: true,
      WorkingDir: '/repo',
    })
  })

  it('takes no more processors than the daemon has', () => {
    expect(optionsOf({ cpus: 1 }).HostConfig?.NanoCpus).toBe(1e9)
    expect(optionsOf({ cpus: Number.POSITIVE_INFINITY }).HostConfig?.NanoCpus).toBe(1.5e9)
  })

  it('bends to what the daemon is', () => {
    expect(optionsOf({ runtimes: new Set(['runc', 'runsc']) }).HostConfig?.Runtime).toBe('runsc')
    expect(optionsOf({ securityOptions: new Set(['selinux']) }).HostConfig?.SecurityOpt).toEqual(['no-new-privileges', 'label=disable'])
    expect(optionsOf({ securityOptions: new Set(['userns']) }).HostConfig?.UsernsMode).toBe('host')
    // Its root is the user who runs it.
    expect(optionsOf({ securityOptions: new Set(['rootless']) }).User).toBe('0:0')
  })
})

describe('bwrapArguments', () => {
  const argumentsFor = (isRoot: boolean, features = { size: true, disableUserns: true }) =>
    bwrapArguments(
      { argv: ['p', 'q'], directory: 'web', environment: { A: 'b' } },
      {
        features,
        root: '/tree',
        mounts: plan.mounts,
        options: { memory: 2e9, cpus: 1000 },
        isRoot,
        environment: { PATH: '/home/me/bin:/usr/games:/usr/bin' },
      },
    ).join(' ')

  it('makes a user namespace for a user, and none for root, who becomes nobody instead', () => {
    expect(argumentsFor(false)).toMatch(/ --unshare-user --uid 65534 --gid 65534 --cap-drop ALL --disable-userns /)
    expect(argumentsFor(false)).not.toContain('--cap-add')
    expect(argumentsFor(true)).not.toContain('--unshare-user')
    expect(argumentsFor(true)).toMatch(
      / -- setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --bounding-set=-all .* -- prlimit .* p q$/,
    )
    expect(argumentsFor(false)).toMatch(/ -- prlimit --core=0 --fsize=\d+ --nofile=\d+ --data=8589934592 (?:--nproc=512 )?p q$/)
  })

  it('shows the tree, what hides parts of it, and the programs of the system', () => {
    expect(argumentsFor(false)).toContain(
      ' --bind /tree /repo --ro-bind /elsewhere/node_modules /repo/web/node_modules --remount-ro / --chdir /repo/web ',
    )
    expect(argumentsFor(false)).toContain(' --setenv PATH /opt/node/bin:/usr/games:/usr/bin:/usr/local/bin:/bin:/usr/sbin:/sbin ')
  })

  it('asks an old version for nothing that it does not know', () => {
    expect(argumentsFor(false, { size: false, disableUserns: false })).not.toMatch(/--size|--disable-userns/)
  })
})

describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  it('is never who a command runs as', () => {
    expect(commandUser()).toBe('65534:65534')
  })

  it('says so where the tree cannot be given away', async () => {
    using folder = temporaryFolder()
    const { signal } = new AbortController()
    await expect(handOver(folder.path, { environment: { PATH: '/nowhere' }, signal })).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringMatching(/could not be given to an unprivileged user: spawn find ENOENT\.$/),
    })
  })
})

describe('isPlainFolder', () => {
  it('holds for folders below the root that no link leads to', async () => {
    using folder = temporaryFolder({ 'a/b/file': '' })
    symlinkSync('a', join(folder.path, 'link'))
    const told = async (path: string) => isPlainFolder(folder.path, path)
    for (const path of ['.', '', 'a', 'a/b', './a//b/']) expect([path, await told(path)]).toEqual([path, true])
    for (const path of ['/', '/a', '..', 'a/..', 'a/../a', 'link', 'link/b', 'a/b/file', 'none', 'a\0'])
      expect([path, await told(path)]).toEqual([path, false])
  })

  it('makes what is missing, but nothing behind a link or a file', async () => {
    using folder = temporaryFolder({ file: '' })
    mkdirSync(join(folder.path, 'other'))
    symlinkSync(join(folder.path, 'other'), join(folder.path, 'link'))
    expect(await isPlainFolder(folder.path, 'x/y/z', { make: true })).toBe(true)
    for (const path of ['link/x', 'file/x', '../x']) expect(await isPlainFolder(folder.path, path, { make: true })).toBe(false)
    expect(await isPlainFolder(folder.path, 'other/x')).toBe(false)
  })

  it('never says so of a path that leaves the root', async () => {
    using folder = temporaryFolder()
    const part = fc.constantFrom('..', '.', '', 'a', '/')
    await fc.assert(
      fc.asyncProperty(fc.array(part), async (parts) => {
        const path = parts.join('/')
        fc.pre(parts.includes('..') || path.startsWith('/'))
        expect(await isPlainFolder(folder.path, path, { make: true })).toBe(false)
      }),
    )
  })
})

describe('endingOfCode', () => {
  it('knows the signals that end programs, and leaves every other status alone', () => {
    expect(endingOfCode(128 + constants.signals.SIGKILL)).toEqual({ kind: 'signalled', signal: 'SIGKILL' })
    expect(endingOfCode(128 + constants.signals.SIGABRT)).toEqual({ kind: 'signalled', signal: 'SIGABRT' })
    for (const code of [0, 1, 42, 126, 127, 128, 129, 200, 255]) expect(endingOfCode(code)).toEqual({ kind: 'exited', code })
  })
})

describe('firstProcessors', () => {
  it.each([
    ['0-7', 2, '0,1'],
    ['0-7', 1.5, '0,1'],
    ['4,6-7', 2, '4,6'],
    ['0-7', 0.1, '0'],
    ['0-1', 2, undefined],
    ['', 2, undefined],
    ['nonsense', 1, undefined],
  ])('of %j, %d: %s', (allowed, count, list) => {
    expect(firstProcessors(allowed, count)).toBe(list)
  })
})

describe('librariesIn', () => {
  it('reads what ldd prints on glibc and on musl', () => {
    const glibc =
      '\tlinux-vdso.so.1 (0x00007ffc)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f12)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f34)\n'
    expect(librariesIn(glibc)).toEqual(['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2'])
    expect(librariesIn('\t/lib/ld-musl-x86_64.so.1 (0x7f6)\n\tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f6)\n')).toHaveLength(2)
    expect(librariesIn('\tnot a dynamic executable\n\tlibx.so => not found\n')).toEqual([])
  })
})

describe('watchDisk', () => {
  it('ends what fills the disk', async () => {
    using folder = temporaryFolder()
    const stopped = Promise.withResolvers<CommandEnding>()
    const unwatch = watchDisk(folder.path, { limit: 20 * 2 ** 20, stop: stopped.resolve })
    await sleep(50)
    for (let part = 0; part < 6; part++) writeFileSync(join(folder.path, String(part)), Buffer.alloc(20 * 2 ** 20, part))
    expect(await stopped.promise).toEqual({ kind: 'signalled', signal: 'SIGXFSZ' })
    unwatch()
  })

  it('says nothing of a folder that is not there', () => {
    expect(() => watchDisk('/nowhere', { limit: 1, stop: () => {} })()).not.toThrow()
  })
})
