import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processesStartedWith } from '../../src/system/process-tree.ts'
import type { Command, CommandResult } from '../../src/workspace/command.ts'
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/workspace/sandbox.ts'
import { toolchainHomes } from '../../src/workspace/sandbox/toolchain-homes.ts'

export interface SandboxUnderTest {
  kind: Sandbox['kind']
  /** Why it cannot be tested here. */
  missing: string | undefined
  image?: string
  prepare?(): Promise<void>
  cleanUp?(): Promise<void>
  /** What it has left behind, such as containers. */
  left?(): Promise<readonly string[]>
}

export const signal = new AbortController().signal
const megabyte = 2 ** 20

export interface SandboxPlace {
  /** The tree that commands may change. */
  root: string
  /** Beside it: nothing of it may be seen or change. */
  outside: string
  packages: string
  options: SandboxOptions
  open(changes?: Partial<SandboxOptions>): Promise<Sandbox>
  remove(): void
}

/** A tree, what a command must not reach, and packages that it may read. */
export function sandboxPlace({ kind, image = null }: { kind: Sandbox['kind']; image?: string | null | undefined }): SandboxPlace {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'agent-sandbox-')))
  const [root, outside, packages] = ['copy', 'outside', 'packages'].map((name) => join(base, name)) as [string, string, string]
  for (const folder of [root, outside, packages, join(root, 'src', 'deep')]) mkdirSync(folder, { recursive: true })
  // As a temporary folder is.
  chmodSync(root, 0o700)
  writeFileSync(join(root, 'a.txt'), 'hello\n')
  writeFileSync(join(outside, 'secret.txt'), 'secret\n')
  writeFileSync(join(packages, 'index.js'), 'module.exports = 1\n')
  const options: SandboxOptions = { use: kind, image, memory: 256 * megabyte, cpus: 1, timeout: 20_000 }
  const view = { root, readOnly: [{ source: packages, target: 'node_modules' }] }
  return {
    root,
    outside,
    packages,
    options,
    open: (changes) => openSandbox({ ...options, ...changes }, view, { environment: process.env, signal }),
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}

/** A command with what most tests do not care about. */
export function commandOf(argv: readonly string[], changes: Partial<Command> = {}): Command {
  return { argv, directory: '.', timeout: 15_000, maxOutput: megabyte, signal, ...changes }
}

/** Everything that each way of running commands must do; those that confine must do more. */
export function sandboxContract(under: SandboxUnderTest): void {
  const { kind } = under
  describe.skipIf(under.missing !== undefined)(
    `${kind}${under.missing === undefined ? '' : ` (skipped: ${under.missing})`}`,
    { timeout: 60_000 },
    () => {
      let place: SandboxPlace
      let sandbox: Sandbox
      beforeAll(async () => {
        await under.prepare?.()
        place = sandboxPlace(under)
        sandbox = await place.open()
      })
      afterAll(async () => {
        await sandbox?.close()
        place?.remove()
        await under.cleanUp?.()
      })
      const run = (argv: readonly string[], changes?: Partial<Command>) => sandbox.run(commandOf(argv, changes))
      const sh = (script: string, changes?: Partial<Command>) => run(['sh', '-c', script], changes)

      describe('what it tells', () => {
        it('passes on both streams, the exit status and the time', async () => {
          const result = await sh('echo out; echo err >&2; exit 42')
          expect(result).toEqual({ ending: { kind: 'exited', code: 42 }, stdout: 'out\n', stderr: 'err\n', durationMs: expect.any(Number) })
          expect(result.durationMs).toBeGreaterThan(0)
        })

        it('gives arguments as they are, to no shell', async () => {
          const { stdout } = await run(['echo', '$HOME', '`id`', '; exit 3', 'a  b', "'", '-n', 'ä\n'])
          expect(stdout).toBe("$HOME `id` ; exit 3 a  b ' -n ä\n\n")
        })

        it('starts where it is told, and nowhere that is not a folder of the tree', async () => {
          symlinkSync(place.outside, join(place.root, 'link'))
          expect((await run(['pwd'], { directory: 'src/deep' })).stdout).toBe(`${sandbox.mountedAt}/src/deep\n`)
          for (const directory of ['..', 'src/../..', '/', '/etc', 'nowhere', 'a.txt', 'link', 'link/x', 'src/\0']) {
            const { ending, stderr } = await run(['pwd'], { directory })
            expect([directory, ending, stderr]).toEqual([
              directory,
              { kind: 'not-found' },
              `${directory} is not a folder of the repository.\n`,
            ])
          }
          rmSync(join(place.root, 'link'))
        })

        it('says that a program is not there or cannot be executed', async () => {
          const unusable = [
            ['no-such-program'],
            ['./a.txt'],
            ['/repo'],
            [],
            [''],
            ['echo', 'a\0b'],
            ['true', 'x'.repeat(200_000)],
            ['true', ...Array<string>(20).fill('x'.repeat(100_000))],
          ]
          for (const argv of unusable)
            expect([argv.join(' ').slice(0, 20), (await run(argv)).ending.kind]).toEqual([expect.anything(), 'not-found'])
        })

        it('does not take a shell that misses a program for a missing program', async () => {
          expect((await sh('no-such-program')).ending).toEqual({ kind: 'exited', code: 127 })
        })

        it('names the signal that ended the program', async () => {
          expect((await sh('kill -SEGV $$')).ending).toEqual({ kind: 'signalled', signal: 'SIGSEGV' })
          expect((await sh('kill -KILL $$')).ending).toEqual({ kind: 'signalled', signal: 'SIGKILL' })
        })

        it('gives the input, also to a program that does not want it, and nothing otherwise', async () => {
          expect((await run(['cat'], { input: 'grüße\n' })).stdout).toBe('grüße\n')
          expect((await run(['wc', '-c'], { input: 'x'.repeat(3_000_000) })).stdout.trim()).toBe('3000000')
          expect((await run(['true'], { input: 'x'.repeat(3_000_000) })).ending).toEqual({ kind: 'exited', code: 0 })
          expect((await run(['cat'], { input: '' })).stdout).toBe('')
          expect((await run(['cat'])).ending).toEqual({ kind: 'exited', code: 0 })
        })

        it('makes text of bytes that are none, and puts characters together that came in parts', async () => {
          expect((await sh("printf '\\303'; sleep 0.1; printf '\\244|\\377|\\360\\237\\230\\200'")).stdout).toBe('ä|\ufffd|😀')
        })

        it('shows a command next to nothing of the environment', async () => {
          const { stdout } = await run(['env'], { environment: { EXTRA: 'a=b c', CI: 'yes' } })
          const names = stdout.split('\n').map((line) => line.split('=')[0])
          const ours = ['HOME=/tmp', 'LANG=C.UTF-8', 'TERM=dumb', 'CI=yes', 'PYTHONDONTWRITEBYTECODE=1', 'EXTRA=a=b c']
          const known = [
            ...ours.map((line) => line.split('=')[0]),
            'PATH',
            'PWD',
            'SHLVL',
            'HOSTNAME',
            'OLDPWD',
            '_',
            'CODING_AGENT_COMMAND',
            // Those of a home folder are of use where it can be read.
            ...(kind === 'host' ? Object.keys(await toolchainHomes({ environment: process.env })) : []),
          ]
          expect(names.filter((name) => name && !known.includes(name))).toEqual([])
          expect(stdout.split('\n')).toEqual(expect.arrayContaining(ours))
        })
      })

      describe('the limits', () => {
        it('kills at the deadline what ignores every other signal', async () => {
          const { ending, stdout } = await sh('trap "" TERM INT HUP; echo started; while :; do sleep 1; done', { timeout: 1000 })
          expect([ending, stdout]).toEqual([{ kind: 'timeout' }, 'started\n'])
        })

        it('lets no command have more time than the options allow', async () => {
          const short = await place.open({ timeout: 300 })
          expect((await short.run(commandOf(['sleep', '50'], { timeout: 60_000 }))).ending).toEqual({ kind: 'timeout' })
          await short.close()
        })

        it('ends endless output, and keeps so many bytes of both streams together', async () => {
          const { ending, stdout, stderr } = await sh('while :; do echo ääääääää; echo ääääääää >&2; done', { maxOutput: 1001 })
          expect(ending).toEqual({ kind: 'output-limit' })
          expect(Buffer.byteLength(stdout + stderr)).toBeLessThanOrEqual(1001)
          expect(Buffer.byteLength(stdout + stderr)).toBeGreaterThan(995)
          expect(stdout + stderr).toMatch(/^[ä\n]+$/)
        })

        it('takes output of exactly the limit for complete', async () => {
          expect(await run(['echo', '1234'], { maxOutput: 5 })).toMatchObject({ ending: { kind: 'exited', code: 0 }, stdout: '1234\n' })
        })

        it('ends at once when it is interrupted, and is as good as new', async () => {
          const stop = new AbortController()
          const running = sh('echo started > started; sleep 50', { signal: stop.signal })
          await until(() => existsSync(join(place.root, 'started')))
          stop.abort(new Error('enough'))
          await expect(running).rejects.toThrow('enough')
          await expect(sh('true', { signal: stop.signal })).rejects.toThrow('enough')
          expect((await sh('echo again')).stdout).toBe('again\n')
        })

        it('runs one command at a time', async () => {
          const script = 'test ! -e running && touch running && sleep 0.2 && rm running'
          const results = await Promise.all([sh(script), sh(script), sh(script)])
          expect(results.map(({ ending }) => ending)).toEqual(results.map(() => ({ kind: 'exited', code: 0 })))
        })
      })

      describe('what is left', () => {
        const sleeperOf = (mark: string) => `MARK=${mark}`

        it('is nothing of a child that outlives its parent', async () => {
          const mark = sleeperOf(`child-${kind}-${process.pid}`)
          const orphan = '(setsid sh -c "sleep 70 & sleep 70" </dev/null >/dev/null 2>&1 &)'
          const { ending } = await sh(`${orphan}; sleep 70 & (setsid sleep 70 &) ; echo done`, { environment: { MARK: mark.slice(5) } })
          expect(ending).toEqual({ kind: 'exited', code: 0 })
          expect(processesStartedWith(mark)).toEqual([])
        })

        it('is nothing of a child that holds the output open after the deadline', async () => {
          const mark = sleeperOf(`late-${kind}-${process.pid}`)
          const { ending } = await sh('(setsid sleep 70 &); sleep 70', { timeout: 500, environment: { MARK: mark.slice(5) } })
          expect(ending).toEqual({ kind: 'timeout' })
          expect(processesStartedWith(mark)).toEqual([])
        })

        it('is what the command wrote, readable for us', async () => {
          await sh('umask 022; mkdir -p made/by; echo new > made/by/it; echo more >> a.txt')
          expect(readFileSync(join(place.root, 'made/by/it'), 'utf8')).toBe('new\n')
          expect(readFileSync(join(place.root, 'a.txt'), 'utf8')).toBe('hello\nmore\n')
        })

        it('can be changed by the next command, whoever wrote it', async () => {
          mkdirSync(join(place.root, 'ours/deep'), { recursive: true })
          writeFileSync(join(place.root, 'ours/deep/file'), 'ours\n', { mode: 0o640 })
          expect((await sh('echo theirs >> ours/deep/file && mv ours/deep moved && cat moved/file')).stdout).toBe('ours\ntheirs\n')
          expect(statSync(join(place.root, 'moved/file')).mode & 0o777).toBe(0o640)
        })

        it('is refused to a sandbox that is closed, and what ran in it is gone', async () => {
          const mark = sleeperOf(`closed-${kind}-${process.pid}`)
          const other = await place.open()
          const running = other.run(commandOf(['sh', '-c', 'echo 1 > closing; sleep 70'], { environment: { MARK: mark.slice(5) } }))
          const ended = running.catch((error: Error) => error.message)
          await until(() => existsSync(join(place.root, 'closing')))
          await other.close()
          expect(await ended).toBe('The sandbox is closed.')
          await expect(other.run(commandOf(['true']))).rejects.toThrow('The sandbox is closed.')
          expect(processesStartedWith(mark)).toEqual([])
        })
      })

      it('shows folders of packages', async () => {
        expect((await run(['cat', 'node_modules/index.js'])).stdout).toBe('module.exports = 1\n')
      })

      if (kind !== 'host') confinement({ under, sh, run, place: () => place })

      it('leaves nothing behind', async () => {
        expect((await under.left?.()) ?? []).toEqual([])
        expect(readFileSync(join(place.outside, 'secret.txt'), 'utf8')).toBe('secret\n')
        expect(readFileSync(join(place.packages, 'index.js'), 'utf8')).toBe('module.exports = 1\n')
      })
    },
  )
}

interface Confined {
  under: SandboxUnderTest
  place(): SandboxPlace
  sh(script: string, changes?: Partial<Command>): Promise<CommandResult>
  run(argv: readonly string[], changes?: Partial<Command>): Promise<CommandResult>
}

function confinement({ under, sh, run, place }: Confined): void {
  // Without a seccomp profile, only a user namespace of one's own can forbid another.
  const canForbidNamespaces = under.kind === 'docker' || process.getuid?.() !== 0
  describe('the walls', () => {
    it('lets a command be nobody, without rights', async () => {
      const { stdout } = await sh('id -u; grep -E "^(CapEff|CapBnd|CapAmb|NoNewPrivs)" /proc/self/status')
      expect(stdout.replaceAll(/[ \t]+/g, ' ')).toMatch(/^[1-9]\d*\nCapEff: 0+\nCapBnd: 0+\nCapAmb: 0+\nNoNewPrivs: 1\n$/)
    })

    it('has no network but the loop', async () => {
      const { stdout } = await sh('tail -n +3 /proc/net/dev | cut -d: -f1; wc -l < /proc/net/route')
      expect(stdout.replaceAll(' ', '').trim()).toMatch(/^lo\n[01]$/)
      const script = 'for a in 1.1.1.1 127.0.0.1; do (echo x | nc -w 2 $a 53) 2>/dev/null && echo reached $a; done; echo tried'
      expect((await sh(script)).stdout).toBe('tried\n')
    })

    it('lets nothing be written but the tree and a little that is temporary', async () => {
      const places = [
        '/x',
        '/usr/x',
        '/bin/x',
        '/etc/x',
        '/dev/x',
        '/proc/sys/kernel/core_pattern',
        '/sys/x',
        '/root/x',
        '/home/x',
        '/var/x',
        'node_modules/x',
      ]
      const script = `for p in ${places.join(' ')}; do (echo x > $p) 2>/dev/null && echo wrote $p; done; echo x > /tmp/x && echo x > x && echo done; rm x`
      expect((await sh(script)).stdout).toBe('done\n')
      expect(
        (await sh('rm -rf node_modules/index.js node_modules; chmod 777 node_modules/index.js; cat node_modules/index.js')).stdout,
      ).toBe('module.exports = 1\n')
      expect((await sh('test -e /tmp/x; echo $?')).stdout).toBe('1\n')
    })

    it('shows nothing of this machine beside the tree', async () => {
      const { outside, root } = place()
      const { stdout } = await sh(
        `cat ${outside}/secret.txt ../outside/secret.txt ${root}/a.txt; ls -A /home /root 2>/dev/null | grep -v :; echo done`,
      )
      expect(stdout.trim()).toBe('done')
      expect(
        (await sh('cat /proc/1/environ /proc/1/root/etc/shadow /etc/shadow; hostname')).stdout.replaceAll(/[A-Za-z_]+=[^\0]*\0/g, ''),
      ).toBe('sandbox\n')
    })

    it('sees no process but its own', async () => {
      const { stdout } = await sh('ls /proc | grep -c "^[0-9]"')
      expect(Number(stdout)).toBeLessThan(8)
      expect((await sh(`kill -9 ${process.pid} 2>/dev/null || echo refused`)).stdout).toBe('refused\n')
    })

    it('follows no link out of the tree', async () => {
      const { outside, root } = place()
      symlinkSync(outside, join(root, 'out'))
      expect((await sh('cat out/secret.txt 2>/dev/null; (echo x > out/new) 2>/dev/null; echo done')).stdout).toBe('done\n')
      expect(existsSync(join(outside, 'new'))).toBe(false)
      rmSync(join(root, 'out'))
    })

    it('mounts nothing where a command has put a link', async () => {
      const { outside, root } = place()
      rmSync(join(root, 'node_modules'), { recursive: true, force: true })
      symlinkSync(outside, join(root, 'node_modules'))
      expect((await sh('echo still; cat node_modules/index.js')).stdout).toBe('still\n')
      expect(existsSync(join(outside, 'index.js'))).toBe(false)
      rmSync(join(root, 'node_modules'))
      expect((await run(['cat', 'node_modules/index.js'])).stdout).toBe('module.exports = 1\n')
    })

    it('contains a configuration of git that names a program', async () => {
      const { outside, root } = place()
      const escaped = join(outside, 'escaped')
      const script = `mkdir -p .git/hooks .git/objects .git/refs; echo 'ref: refs/heads/main' > .git/HEAD
        printf '[core]\\n\\trepositoryformatversion = 0\\n\\tfsmonitor = "touch ${escaped}"\\n\\thooksPath = .git/hooks\\n' > .git/config
        printf '#!/bin/sh\\ntouch ${escaped}' > .git/hooks/post-index-change; chmod +x .git/hooks/*; sh .git/hooks/post-index-change`
      expect((await sh(script)).ending.kind).toBe('exited')
      // What the configuration asks for does happen to a git that believes it …
      const believing = {
        cwd: root,
        env: { PATH: process.env.PATH, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
      }
      expect(existsSync(escaped)).toBe(false)
      execFileSync('git', ['status'], { ...believing, stdio: 'ignore' })
      expect(existsSync(escaped)).toBe(true)
      rmSync(escaped)
      // … and not to one whose own folder is elsewhere.
      const own = { GIT_DIR: join(outside, 'git'), GIT_WORK_TREE: root }
      execFileSync('git', ['init', '--quiet'], { ...believing, env: { ...believing.env, ...own } })
      execFileSync('git', ['add', '--all'], { ...believing, env: { ...believing.env, ...own }, stdio: 'ignore' })
      expect(existsSync(escaped)).toBe(false)
      rmSync(join(root, '.git'), { recursive: true })
    })

    it('refuses what an escape starts with', async () => {
      const attempts = [
        'mount -t tmpfs x /tmp',
        ...(canForbidNamespaces ? ['unshare -U true'] : []),
        'unshare -m true',
        'chroot / true',
        'nsenter -t 1 -m true',
        'mknod /tmp/d b 8 0',
        'swapoff -a && false',
        'dmesg -n 1',
        'su -c true',
        'chown 0 a.txt',
      ]
      const script = attempts.map((attempt) => `(${attempt}) >/dev/null 2>&1 && echo "did ${attempt}"`).join('; ')
      expect((await sh(`${script}; echo tried`)).stdout).toBe('tried\n')
    })
  })

  describe('what is too much', () => {
    it('is told as such for memory, also of a child', async () => {
      const hog = 'tail /dev/zero'
      expect((await run(hog.split(' '))).ending).toEqual({ kind: 'out-of-memory' })
      expect((await sh(`${hog}; exit 3`)).ending).toEqual({ kind: 'out-of-memory' })
      expect((await sh(`for i in 1 2 3 4; do head -c 120000000 /dev/zero | tail > /dev/null & done; wait; exit 3`)).ending).toEqual({
        kind: 'out-of-memory',
      })
    })

    it('is a bomb of processes, which harms nobody else', async () => {
      const { ending } = await sh('f() { f | f & }; f; sleep 2; exit 5', { timeout: 6000 })
      expect(['exited', 'signalled', 'timeout', 'out-of-memory']).toContain(ending.kind)
      expect((await sh('echo fine')).stdout).toBe('fine\n')
    })

    it('is a file larger than a gigabyte', async () => {
      const { stdout } = await sh('dd if=/dev/zero of=big bs=1 count=1 seek=1500000000 2>/dev/null; echo $?; wc -c < big; rm -f big')
      expect(stdout).toMatch(/^(?:1|153)\n0\n$/)
    })

    it('is more in the temporary folder than fits', async () => {
      const { stdout } = await sh('dd if=/dev/zero of=/tmp/big bs=1048576 count=900 2>/dev/null && echo fits; echo done')
      expect(stdout.trim()).not.toContain('fits')
    })
  })
}

/** Waits for something that happens soon, or else the test's own deadline comes. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
