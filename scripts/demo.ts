// Usage: npm run demo [-- <flags of agent review>]
// Makes examples/review-demo into a real repository with a staged change and runs `agent review --staged` on it: with the endpoint
// or the model that is configured, named by a flag or in the store, else with a test model that only knows this example.
import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentPaths } from '../src/config/agent-paths.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { openModelStore } from '../src/engine/models/model-store.ts'
import { configurableChecks } from '../src/tasks/review/configurable-checks.ts'
import { demoScript, makeDemoRepository } from './demo-repository.ts'
import { makeScriptedMoe } from './make-scripted-moe.ts'

const main = join(import.meta.dirname, '../src/main.ts')
const flags = process.argv.slice(2)

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-demo-')))
const repository = join(folder, 'parcel-desk')
makeDemoRepository(repository)

const { firstLine, engineFlags, environment } = await chooseEngine()
console.log(`${firstLine}\n`)
const ended = await review([...engineFlags, ...flags], environment)
// The change has defects that are found without any model, so only "done, with findings" means that all went well.
process.exitCode = ended === 1 ? 0 : ended || 1
console.log(`\n${ended === 1 ? 'Exit code 1: a commit hook or a CI job would have stopped this change.' : `Exit code ${ended}, where 1 was expected.`}
What is wrong with the change, and what a review should say: examples/review-demo/README.md
The repository, to go on with: ${repository}`)

async function chooseEngine() {
  const real = await realEngine()
  if (real !== null) return { firstLine: `Reviewing the example with ${real}.`, engineFlags: [], environment: process.env }
  const model = join(folder, 'test-model.gguf')
  makeScriptedMoe(demoScript(), model)
  return {
    firstLine:
      'No model and no endpoint is set up, so a TEST MODEL answers: it only knows this example. ' +
      'For a real one: `agent models list` and `agent models pull <id>`, or `npm run demo -- --base-url <url>`.',
    engineFlags: ['--engine', 'local', '--model', model],
    // The demo of a test model leaves nothing behind in the user's own folder.
    environment: { ...process.env, AGENT_HOME: join(folder, 'home') },
  }
}

/** What `--engine auto` would take, in words, or null. */
async function realEngine(): Promise<string | null> {
  if (flags.some((flag) => /^--(engine|base-url|model)(=|$)/.test(flag))) return 'what the flags name'
  const { config } = await loadConfig({ directory: repository, root: repository, environment: process.env, checks: configurableChecks })
  const { baseUrl, model, use } = config.engine
  if (use === 'none') return 'no model, as configured'
  if (baseUrl !== null) return `the endpoint ${baseUrl}`
  if (model !== null) return `the model ${model}`
  const directory = config.models.dir ?? agentPaths(process.env).models
  const store = openModelStore({ directory, cwd: repository, hub: { endpoint: 'http://127.0.0.1', token: null, offline: true } })
  return (await store.preferred())?.id ?? null
}

/** Runs the main job as a user would, and settles with its exit code. */
async function review(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [main, 'review', '--staged', ...args], { cwd: repository, env, stdio: 'inherit' })
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', passOn).on('SIGTERM', passOn)
  const { promise, resolve } = Promise.withResolvers<number>()
  child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  return promise
}
