// Usage: node scripts/bootstrap.js [script [arguments…]]
// Plain JavaScript for any Node from 18 up, because what it starts needs a newer one: it installs what is missing,
// then hands over to the project's own Node. Without a script it only installs.
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const manifest = readJson('package.json')
const windows = process.platform === 'win32'
const ownNode = join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node')

// Install scripts stay off, because npm 10 knows no `allowScripts` and would compile packages that bring their binaries along.
// A developer's `omit`, `NODE_ENV=production` or `engine-strict` must not take away what the scripts need.
const cleanInstall = [
  'ci',
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--engine-strict=false',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

await main(process.argv.slice(2)).catch((error) => {
  say(error.message)
  process.exitCode = 1
})

async function main([script, ...args]) {
  if (whatIsMissing() !== null) await alone(install)
  if (script === undefined) return
  const node = runs(ownNode) ? ownNode : process.execPath
  await become(node, [resolve(root, script), ...args])
}

/** What keeps the project from running as its lockfile says, in words, or null. It asks npm's own record, so that an `npm ci` by hand counts too. */
function whatIsMissing() {
  const installed = readJson('node_modules/.package-lock.json')?.packages
  if (installed === undefined) return 'nothing is installed yet'
  for (const [path, wanted] of Object.entries(readJson('package-lock.json').packages)) {
    const found = installed[path]
    // What is optional may be left out on purpose, or belong to another platform.
    if (path === '' || (found === undefined && (wanted.optional || wanted.devOptional))) continue
    const isThere =
      found?.version === wanted.version && found.integrity === wanted.integrity && existsSync(join(root, path, 'package.json'))
    if (!isThere && !wanted.link) return `${path} is not the one of package-lock.json`
  }
  return runs(ownNode) || runs(process.execPath) ? null : 'the project has no Node that is new enough'
}

async function install() {
  const missing = whatIsMissing()
  if (missing === null) return
  say(`Installing (${missing}); this is done once and takes a minute or two.`)
  const ended = await npm(cleanInstall)
  if (typeof ended === 'string') await endBy(ended)
  if (ended !== 0) throw new Error('`npm ci` failed, so nothing was started; its own message stands above.')
  const allowed = Object.keys(manifest.allowScripts).filter(
    (name) => manifest.allowScripts[name] && existsSync(join(root, 'node_modules', name)),
  )
  await npm(['rebuild', ...allowed, '--ignore-scripts=false', '--foreground-scripts', '--loglevel=error'])
  if (!runs(ownNode)) putNodeInPlace()
  if (existsSync(join(root, '.git'))) spawnSync(process.execPath, [join(root, 'node_modules/husky/bin.js')], { cwd: root, stdio: 'ignore' })
}

/** npm 12 and some settings keep even an allowed install script from running: then it is started by name. */
function putNodeInPlace() {
  const folder = join(root, 'node_modules/node')
  spawnSync(process.execPath, ['installArchSpecificPackage.js'], { cwd: folder, stdio: ['ignore', 2, 2], env: environment() })
  if (runs(ownNode)) return
  const failure = `Node ${manifest.devDependencies.node} could not be put into node_modules/node`
  if (!runs(process.execPath))
    throw new Error(
      `${failure}, and this one is ${process.version}. Install Node ${manifest.engines.node} yourself and start again with it.`,
    )
  say(`${failure}; going on with ${process.version}.`)
}

/** Whether a file is a Node that starts here and is new enough. */
function runs(node) {
  if (!existsSync(node)) return false
  const [major, minor] = (node === process.execPath ? process.version : (spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''))
    .replace('v', '')
    .split('.')
    .map(Number)
  const [wantedMajor, wantedMinor] = manifest.engines.node.replace('>=', '').split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/** Runs `work` while no other process of this project installs. The lock of a process that has died is taken over. */
async function alone(work) {
  const lock = join(root, '.cache/install.lock')
  mkdirSync(dirname(lock), { recursive: true })
  for (let waited = false; !take(lock); waited = true) {
    if (!waited) say('Another process is installing; waiting for it.')
    if (isAbandoned(lock)) rmSync(lock, { force: true })
    else await sleep(300)
  }
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  await work()
  process.off('exit', release)
  release()
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function isAbandoned(lock) {
  try {
    const owner = Number(readFileSync(lock, 'utf8'))
    // Between its creation and its first byte the file names nobody.
    if (owner === 0) return Date.now() - statSync(lock).mtimeMs > 10_000
    process.kill(owner, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function npm(args) {
  const own = process.env.npm_execpath
  const cache = isWritable(cacheFolder()) ? [] : ['--cache', join(root, '.cache/npm')]
  // npm's standard output goes to ours of errors: what a script prints stays alone on standard output.
  const options = { cwd: root, stdio: ['ignore', 2, 2], env: environment() }
  if (own !== undefined && basename(own) === 'npm-cli.js') return ending(spawn(process.execPath, [own, ...args, ...cache], options))
  return ending(spawn(windows ? 'npm.cmd' : 'npm', [...args, ...cache], { ...options, shell: windows }))
}

function cacheFolder() {
  return process.env.npm_config_cache ?? (windows ? join(process.env.LOCALAPPDATA ?? homedir(), 'npm-cache') : join(homedir(), '.npm'))
}

function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true })
    for (const name of ['', '_cacache', '_cacache/tmp', '_cacache/index-v5', '_cacache/content-v2']) {
      if (existsSync(join(folder, name))) accessSync(join(folder, name), constants.W_OK)
    }
    return true
  } catch {
    return false
  }
}

/** Runs the script in our place: same arguments, terminal and signals, and in the end the same exit. */
async function become(node, args) {
  const path = [join(root, 'node_modules/.bin'), dirname(node), process.env.PATH].join(delimiter)
  const ended = await ending(spawn(node, args, { stdio: 'inherit', env: { ...environment(), PATH: path } }))
  if (typeof ended === 'string') await endBy(ended)
  process.exitCode = ended
}

/** Dies of the signal that a child died of, so that the caller sees the same ending. */
async function endBy(signal) {
  process.kill(process.pid, signal)
  await sleep(1_000)
}

/** Settles with the exit code of a child, or the signal that ended it. Signals that reach us are passed on. */
function ending(child) {
  const passOn = (signal) => {
    // A terminal sends Ctrl-C to the whole group: the child has it already, and a second one would mean "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, passOn)
  return new Promise((settle, reject) => {
    child.once('error', (error) => reject(new Error(`${child.spawnfile} does not start: ${error.message}`)))
    child.once('close', (code, signal) => {
      for (const name of signals) process.off(name, passOn)
      settle(code ?? signal)
    })
  })
}

/** Settings that npm hands to the scripts it runs and that would change what a second npm does. */
function environment() {
  const { npm_config_ignore_scripts: _scripts, npm_config_omit: _omit, npm_config_global: _global, ...rest } = process.env
  return rest
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'))
  } catch {
    return undefined
  }
}

function say(text) {
  process.stderr.write(`${text}\n`)
}
