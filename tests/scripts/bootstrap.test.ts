import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const bootstrap = join(import.meta.dirname, '../../scripts/bootstrap.js')

/** Does what the project asks of npm, without a registry: each call is written down, `ci` installs what the lockfile says, `rebuild` puts Node in place. */
const fakeNpm = `
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
const [command, ...args] = process.argv.slice(2)
appendFileSync('npm-calls.txt', [command, ...args].join(' ') + '\\n')
if (process.env.FAKE_NPM === 'fails') process.exit(7)
await new Promise((resolve) => setTimeout(resolve, 150))
if (command === 'ci') {
  rmSync('node_modules', { recursive: true, force: true })
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  for (const [path, { optional }] of Object.entries(packages)) {
    if (path === '' || optional) continue
    mkdirSync(path, { recursive: true })
    writeFileSync(path + '/package.json', '{}')
  }
  writeFileSync('node_modules/node/installArchSpecificPackage.js', process.env.FAKE_INSTALLER ?? '')
  const installed = Object.fromEntries(Object.entries(packages).filter(([path, { optional }]) => path !== '' && !optional))
  writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: installed }))
}
if (command === 'rebuild' && process.env.FAKE_NPM !== 'blocks scripts') {
  mkdirSync('node_modules/node/bin', { recursive: true })
  symlinkSync(process.execPath, 'node_modules/node/bin/node')
}
`

const manifest = {
  type: 'module',
  engines: { node: '>=22.18' },
  devDependencies: { node: '^24' },
  allowScripts: { node: true, absent: true, forbidden: false },
}
const lock = {
  packages: {
    '': {},
    'node_modules/node': { version: '24.0.0', integrity: 'sha512-a' },
    'node_modules/zod': { version: '4.0.0', integrity: 'sha512-b' },
    'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-c', optional: true },
  },
}

let root: string
const at = (path: string) => join(root, path)
const write = (path: string, text: string) => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}
const npmCalls = () => (existsSync(at('npm-calls.txt')) ? readFileSync(at('npm-calls.txt'), 'utf8').trim().split('\n') : [])

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'bootstrap-')))
  cpSync(bootstrap, join(mkdirOf('scripts'), 'bootstrap.js'))
  write('package.json', JSON.stringify(manifest))
  write('package-lock.json', JSON.stringify(lock))
  write('npm/npm-cli.js', fakeNpm)
  write('scripts/show.ts', `const said: string = JSON.stringify(process.argv.slice(2)); console.log(said); process.exitCode = 9`)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const mkdirOf = (path: string) => {
  mkdirSync(at(path), { recursive: true })
  return at(path)
}

interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

function start(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, npm_execpath: at('npm/npm-cli.js'), npm_config_cache: at('cache'), ...environment }
  const child = spawn(process.execPath, [at('scripts/bootstrap.js'), ...args], { cwd: tmpdir(), env })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ending>((settle) => child.once('close', (code, signal) => settle({ code, signal, stdout, stderr })))
  return { child, ended, output: () => stdout }
}

const run = (args: readonly string[] = ['scripts/show.ts'], environment?: Record<string, string>) => start(args, environment).ended

describe('bootstrap', () => {
  it('installs, then runs the script with its arguments and ends with its exit code', async () => {
    const { code, stdout } = await run(['scripts/show.ts', '--flag', 'two words', ''])
    expect({ code, stdout }).toEqual({ code: 9, stdout: '["--flag","two words",""]\n' })
    expect(npmCalls().map((call) => call.split(' ').slice(0, 2))).toEqual([
      ['ci', '--ignore-scripts'],
      ['rebuild', 'node'],
    ])
  })

  it('installs nothing when everything is there, however it came there', async () => {
    await run()
    const { stderr } = await run()
    expect({ stderr, calls: npmCalls().length }).toEqual({ stderr: '', calls: 2 })
  })

  it.each([
    ['the lockfile names another version', () => write('package-lock.json', JSON.stringify(lock).replace('4.0.0', '4.0.1'))],
    ['the lockfile names other content', () => write('package-lock.json', JSON.stringify(lock).replace('sha512-b', 'sha512-d'))],
    ['a package has been deleted', () => rmSync(at('node_modules/zod'), { recursive: true })],
    ['an install was interrupted', () => rmSync(at('node_modules/.package-lock.json'))],
    ["npm's record is damaged", () => write('node_modules/.package-lock.json', '{"packages":')],
  ])('installs again when %s', async (_name, breakIt) => {
    await run()
    breakIt()
    const { code } = await run()
    expect({ code, calls: npmCalls().length }).toEqual({ code: 9, calls: 4 })
  })

  it('runs nothing when npm fails, and says so', async () => {
    const { code, stdout, stderr } = await run(undefined, { FAKE_NPM: 'fails' })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('`npm ci` failed')
  })

  it('puts Node in place itself when npm runs no install scripts', async () => {
    const installer = `import { mkdirSync, symlinkSync } from 'node:fs'; mkdirSync('bin'); symlinkSync(process.execPath, 'bin/node')`
    const { code } = await run(undefined, { FAKE_NPM: 'blocks scripts', FAKE_INSTALLER: installer })
    expect({ code, isThere: existsSync(at('node_modules/node/bin/node')) }).toEqual({ code: 9, isThere: true })
  })

  it('goes on with the Node it runs on when that one is new enough', async () => {
    const { code, stderr } = await run(undefined, { FAKE_NPM: 'blocks scripts' })
    expect(code).toBe(9)
    expect(stderr).toContain(`going on with ${process.version}`)
  })

  it('says what to do when there is no Node that is new enough', async () => {
    write('package.json', JSON.stringify({ ...manifest, engines: { node: '>=99.1' } }))
    const { code, stdout, stderr } = await run(undefined, { FAKE_NPM: 'blocks scripts' })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('Install Node >=99.1 yourself')
  })

  it('lets one of several installs at a time do the work', async () => {
    const endings = await Promise.all([run(), run(), run()])
    expect({ codes: endings.map(({ code }) => code), calls: npmCalls().length }).toEqual({ codes: [9, 9, 9], calls: 2 })
  })

  it('takes over from an install that was killed', async () => {
    const killed = spawn(process.execPath, ['-e', '0'])
    await new Promise((settle) => killed.once('close', settle))
    write('.cache/install.lock', String(killed.pid))
    const { code } = await run()
    expect({ code, isLocked: existsSync(at('.cache/install.lock')) }).toEqual({ code: 9, isLocked: false })
  })

  it('keeps a cache of its own where the usual one cannot be written', async () => {
    write('cache', 'a file, not a folder')
    await run()
    expect(npmCalls().every((call) => call.endsWith(`--cache ${at('.cache/npm')}`))).toBe(true)
  })

  it('passes signals on, and ends as the script ends', async () => {
    write('scripts/wait.ts', `process.on('SIGTERM', () => process.exit(143)); console.log('ready'); setInterval(() => {}, 1000)`)
    const handled = start(['scripts/wait.ts'])
    handled.child.stdout.once('data', () => handled.child.kill('SIGTERM'))
    expect(await handled.ended).toMatchObject({ code: 143, signal: null })

    write('scripts/wait.ts', `console.log('ready'); setInterval(() => {}, 1000)`)
    const dying = start(['scripts/wait.ts'])
    dying.child.stdout.once('data', () => dying.child.kill('SIGTERM'))
    expect(await dying.ended).toMatchObject({ code: null, signal: 'SIGTERM' })
  })

  it('hands on settings of npm only where they cannot spoil the install', async () => {
    await run(undefined, { npm_config_ignore_scripts: 'true', npm_config_omit: 'dev', NODE_ENV: 'production' })
    expect(npmCalls()[0]).toContain('--include=dev --include=optional')
  })

  it('finds the tools of the project first', async () => {
    write('scripts/path.ts', `console.log(process.env.PATH?.split(':')[0])`)
    expect((await run(['scripts/path.ts'])).stdout).toBe(`${at('node_modules/.bin')}\n`)
  })
})
