// Usage: npm run fix-playground [-- <flags of agent fix>]
// Makes examples/fix-playground into a real repository and runs `agent fix` on it: with the model that the flags name, else with a
// scripted one that knows the right edits of this example.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { startScriptedServer } from '../tests/helpers/scripted-server.ts'
import { answerAsModel, playgroundAnswers } from './playground-answers.ts'
import { makePlaygroundRepository, plantedProblems } from './playground-repository.ts'

const root = join(import.meta.dirname, '..')
const flags = process.argv.slice(2)
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-playground-')))
const repository = join(folder, 'order-desk')
makePlaygroundRepository(repository)

const pythonTools = [process.env.AGENT_TEST_PYTHON_TOOLS, join(root, '.cache/python-tools/bin')].filter((path) => path && existsSync(path))
const environment = { ...process.env, PATH: [...pythonTools, process.env.PATH].join(delimiter) }
tellWhatIsMissing()

// The code is our own, so that its tests may run as they are here; and a slow machine may take longer than is usual.
const always = ['--sandbox', 'host', '--max-time', '30m']
const answers = playgroundAnswers()
const isRealModel = flags.some((flag) => /^--(engine|base-url|model|no-model)(=|$)/.test(flag))
const server = isRealModel ? null : await startScriptedServer({ answer: (request) => answerAsModel(request, answers) })
if (server)
  console.log(
    'A SCRIPTED MODEL answers: it only knows this example. For a real one: `npm run fix-playground -- --base-url <url> --model <name>`.\n',
  )
const engine = server ? ['--engine', 'endpoint', '--base-url', server.baseUrl, '--model', 'scripted'] : []
// The example leaves nothing behind in the user's own folder when it needs nothing of it.
const ended = await fix([...engine, ...flags], server ? { ...environment, AGENT_HOME: join(folder, 'home') } : environment)
await server?.close()
process.exitCode = ended
console.log(`\nExit code ${ended}. What was planted: examples/fix-playground/README.md
The repository, with what was fixed as changes that are not committed: ${repository}`)

/** Runs the command as a user would, and settles with its exit code. */
async function fix(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), 'fix', '.', ...always, ...args], {
    cwd: repository,
    env,
    stdio: 'inherit',
  })
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', passOn).on('SIGTERM', passOn)
  const { promise, resolve } = Promise.withResolvers<number>()
  child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  return promise
}

function tellWhatIsMissing() {
  for (const [program, tool] of [
    ['ruff', 'ruff'],
    ['mypy', 'mypy'],
    ['go', 'go-vet'],
    ['shellcheck', 'shellcheck'],
  ] as const) {
    if (spawnSync(program, [program === 'go' ? 'version' : '--version'], { env: environment, stdio: 'ignore' }).status === 0) continue
    const count = plantedProblems().filter((problem) => problem.tool === tool).length
    console.log(`${program} is not installed, so nobody looks for ${count} of the problems. See examples/fix-playground/README.md.`)
  }
}
