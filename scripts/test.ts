// Usage: npm test [-- <vitest arguments>]
// Runs the suite, or the tests that the arguments name. With CI=true or --coverage it also measures `src` and writes
// coverage/coverage-summary.json; .cache/tests.json always says how many passed.
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('-'))
const resultsFile = join(root, '.cache/tests.json')

// Where the build fails, the tests that need it say so, and the others still say what they know.
const built = needsBuild() ? await run(['scripts/build.ts']) : 0
const tested = await run(['node_modules/vitest/vitest.mjs', 'run', ...vitestOptions(), ...args])
process.exitCode = tested || built

/** The end-to-end tests start what users start. */
function needsBuild(): boolean {
  const wanted = named.length === 0 || named.some((name) => /e2e|integration/.test(name))
  if (!wanted || !existsSync(join(root, 'src/main.ts'))) return false
  const changed = (pattern: string) => Math.max(0, ...globSync(pattern, { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs))
  return changed('{src/**/*,scripts/{build,bundling,chunks}.ts,package-lock.json}') > changed('dist/*.js')
}

function vitestOptions(): string[] {
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(resultsFile, { force: true })
  const coverage = process.env.CI === 'true' && !args.includes('--coverage') ? ['--coverage'] : []
  return [...coverage, '--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`]
}

/** Runs Node to its end. Signals reach both of us: the bootstrap and terminals send them on. */
async function run(command: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' })
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, passOn)
  const { promise, resolve } = Promise.withResolvers<number>()
  child.once('close', (code) => resolve(code ?? 1))
  const code = await promise
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, passOn)
  return code
}
