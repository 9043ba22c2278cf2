import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { buildEngine } from '../../../src/commands/doctor/build-engine.ts'
import { percentIn } from '../../../src/commands/doctor/run-build.ts'
import { runAgent } from '../run-agent.ts'
import { folder } from './surroundings-fixture.ts'

const asked = ['cmake', 'c++', 'make', 'npm', 'git']

/** A package with a build of its own, and a PATH with these programs only. */
function place(script: string, programs: readonly string[] = asked) {
  const root = folder()
  const path = join(root, 'node_modules', 'node-llama-cpp')
  const bin = join(root, 'bin')
  for (const each of ['dist/cli', 'llama']) mkdirSync(join(path, each), { recursive: true })
  mkdirSync(bin)
  for (const name of programs) {
    writeFileSync(join(bin, name), '#!/bin/sh\n')
    chmodSync(join(bin, name), 0o755)
  }
  writeFileSync(join(path, 'package.json'), '{"name":"node-llama-cpp","version":"1.2.3","type":"module"}')
  writeFileSync(join(path, 'llama', 'gitRelease.bundle'), '')
  writeFileSync(join(path, 'dist', 'cli', 'cli.js'), script)
  const run = async ({ terminal = false, cwd = root, signal = new AbortController().signal } = {}) => {
    const [stdout, stderr] = [collect(false), collect(terminal)]
    const environment = { PATH: bin, HOME: root, HF_TOKEN: 'secret' }
    const failure = await buildEngine({ cwd, environment, stdin: new PassThrough(), stdout, stderr, signal }, path).catch(
      (error: unknown) => error,
    )
    return { failure, stdout: stdout.text(), stderr: stderr.text() }
  }
  return { path, run, calls: () => readFileSync(join(path, 'calls'), 'utf8').trim().split('\n') }
}

function collect(isTTY: boolean) {
  const chunks: string[] = []
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    chunks.push(chunk.toString())
    done()
  }
  return Object.assign(new Writable({ write }), { isTTY, columns: 100, text: () => chunks.join('') })
}

const note = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n')`
const builds = `${note}
console.log('[  3%] a.cpp\\n[ 12%] b.cpp')
await new Promise((resolve) => setTimeout(resolve, 50))
console.log('[100%] done')
mkdirSync('llama/localBuilds/x/Release', { recursive: true })
const customCmakeOptions = Object.entries(process.env).filter(([name]) => name.startsWith('NODE_LLAMA_CPP_CMAKE_OPTION_')).map(([name, value]) => [name.slice(28), value])
writeFileSync('llama/localBuilds/x/Release/_nlcBuildMetadata.json', JSON.stringify({ buildOptions: { gpu: false, customCmakeOptions } }))
writeFileSync('llama/localBuilds/x/environment', Object.keys(process.env).join(' '))
writeFileSync('llama/localBuilds/x/buildDone.status', '')`

describe('agent doctor --build-engine', () => {
  it('runs the build of the library, with threads that stay, and tells how far it is', async () => {
    const { path, run, calls } = place(builds)
    const { failure, stdout, stderr } = await run()
    expect(failure).toBeUndefined()
    expect(stdout).toMatch(/^The library is built: .*localBuilds\. Models use it from now on/)
    expect(stderr).toMatch(
      /^Building the library of node-llama-cpp 1\.2\.3 into .*localBuilds\.\nThis takes .*\n(?:Compiling: 10 %\n)?Compiling: 100 %\n$/,
    )
    expect(calls()).toEqual(['source download --gpu false --noUsageExample'])
    expect(readFileSync(join(path, 'llama/localBuilds/x/environment'), 'utf8').split(' ').toSorted()).toEqual(
      expect.arrayContaining(['HOME', 'NODE_LLAMA_CPP_CMAKE_OPTION_GGML_OPENMP', 'PATH']),
    )
    expect(readFileSync(join(path, 'llama/localBuilds/x/environment'), 'utf8')).not.toContain('TOKEN')
  })

  it('builds nothing twice', async () => {
    const { run, calls } = place(builds)
    await run()
    expect(await run()).toMatchObject({ failure: undefined, stdout: expect.stringContaining('was built here already'), stderr: '' })
    expect(calls()).toHaveLength(1)
  })

  it('builds once where two ask at the same time', async () => {
    const { run, calls } = place(builds)
    const [one, two] = await Promise.all([run(), run()])
    expect([one.failure, two.failure]).toEqual([undefined, undefined])
    expect(calls()).toHaveLength(1)
  })

  it('begins anew after a build that did not end', async () => {
    const { path, run, calls } = place(builds)
    mkdirSync(join(path, 'llama/localBuilds/x/Release'), { recursive: true })
    for (const text of ['{', '{"buildOptions":{"gpu":"cuda","customCmakeOptions":[["GGML_OPENMP","ON"]]}}']) {
      writeFileSync(join(path, 'llama/localBuilds/x/Release/_nlcBuildMetadata.json'), text)
      writeFileSync(join(path, 'llama/localBuilds/x/buildDone.status'), '')
    }
    expect((await run()).failure).toBeUndefined()
    expect(calls()).toHaveLength(1)
  })

  it('says that an installation elsewhere is shared, and draws over its line on a terminal', async () => {
    const { stderr } = await place(builds).run({ cwd: folder(), terminal: true })
    expect(stderr).toContain(', an installation that other projects may use too.\n')
    expect(stderr).toContain('\r\u001B[2KCompiling: 100 %\r\u001B[2K')
  })

  it('says what is missing before anything is begun', async () => {
    const { path, run } = place(builds, ['npm'])
    expect(await run()).toMatchObject({
      failure: {
        code: 'ENGINE_UNAVAILABLE',
        message: 'Building the library takes what is not on PATH: cmake, a C++ compiler, make, git.',
        hint: expect.any(String),
      },
      stderr: '',
    })
    expect(existsSync(join(path, 'calls'))).toBe(false)
    const without = await buildEngine(
      {
        cwd: '/',
        environment: {},
        stdin: new PassThrough(),
        stdout: collect(false),
        stderr: collect(false),
        signal: new AbortController().signal,
      },
      null,
    ).catch((error: unknown) => error)
    expect(without).toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('not installed') })
  })

  it('finds the library where it is installed, and builds nothing that it lacks the programs for', async () => {
    const cwd = folder()
    const { code, stderr } = await runAgent(['doctor', '--build-engine'], { cwd, environment: { HOME: cwd, PATH: '' } })
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/takes what is not on PATH: cmake, .*git\./) })
  })

  it('tells what the compiler said, and leaves what was there', async () => {
    const { run } = place(`console.log('[ 5%] a.cpp\\nfatal error: omp.h: No such file\\nbye'); process.exitCode = 1`)
    expect((await run()).failure).toMatchObject({
      code: 'ENGINE_FAILED',
      message: 'The library could not be built: fatal error: omp.h: No such file',
      hint: 'The library that was there stays in use.',
    })
    expect((await place('process.exitCode = 1').run()).failure).toMatchObject({
      message: expect.stringContaining('the build says nothing'),
    })
    expect((await place('').run()).failure).toMatchObject({ code: 'INTERNAL', message: 'The build ended well, and left no library.' })
  })

  it('ends the build and its compilers with the signal', async () => {
    const { path, run } = place(`${note}
import { spawn } from 'node:child_process'
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
writeFileSync('compiler', String(child.pid))
setInterval(() => {}, 1000)`)
    const abort = new AbortController()
    const running = run({ signal: abort.signal })
    const noted = join(path, 'compiler')
    while (!existsSync(noted) || readFileSync(noted, 'utf8') === '') await delay(20)
    abort.abort(new Error('enough'))
    expect((await running).failure).toEqual(new Error('enough'))
    const pid = Number(readFileSync(noted, 'utf8'))
    const isAlive = () => {
      try {
        return process.kill(pid, 0) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
      } catch {
        return false
      }
    }
    while (isAlive()) await delay(20)
  })

  it('refuses a folder that has no source', async () => {
    const { path, run } = place(builds)
    const { rmSync } = await import('node:fs')
    rmSync(join(path, 'llama', 'gitRelease.bundle'))
    expect((await run()).failure).toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('has no source of the library'),
    })
  })
})

it.each([
  ['[  7%] x\n[ 12%] y', 12],
  ['[12/48] CXX', 25],
  ['[3/0]', null],
  ['[999%]', 100],
  ['nothing', null],
])('reads the progress in %j', (text, percent) => {
  expect(percentIn(text)).toBe(percent)
})
