// Usage: npm run generate-tests-example [-- <flags of agent generate-tests>]
// Makes the projects of examples/generate-tests into real repositories and runs `agent generate-tests` on each: with the model that the
// flags name, else with a scripted one that knows this example.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { startScriptedServer } from '../tests/helpers/scripted-server.ts'
import { exampleLanguages, makeExampleRepository, scriptedAnswers } from './generate-tests-repositories.ts'

const root = join(import.meta.dirname, '..')
const flags = process.argv.slice(2)
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-example-')))
const pythonTools = [process.env.AGENT_TEST_PYTHON_TOOLS, join(root, '.cache/python-tools/bin')].filter((path) => path && existsSync(path))
const environment = { ...process.env, PATH: [...pythonTools, process.env.PATH].join(delimiter) }

const hasPytest = spawnSync('pytest', ['--version'], { env: environment, stdio: 'ignore' }).status === 0
if (!hasPytest) console.log('pytest is not installed, so the Python project is left out. See examples/generate-tests/README.md.\n')
const languages = exampleLanguages.filter((language) => language !== 'python' || hasPytest)

const isRealModel = flags.some((flag) => /^--(engine|base-url|model)(=|$)/.test(flag))
const server = isRealModel ? null : await startScriptedServer({ answer: scriptedAnswers(languages) })
if (server)
  console.log(
    'A SCRIPTED MODEL answers: it only knows this example. For a real one: `npm run generate-tests-example -- --base-url <url> --model <name>`.\n',
  )
const engine = server ? ['--engine', 'endpoint', '--base-url', server.baseUrl, '--model', 'scripted'] : []
// The example leaves nothing behind in the user's own folder when it needs nothing of it.
const home = server ? { ...environment, AGENT_HOME: join(folder, 'home') } : environment
for (const language of languages) {
  const repository = join(folder, language)
  makeExampleRepository(language, repository)
  console.log(`── ${language} ──\n`)
  const code = await generateTests(repository)
  process.exitCode ||= code
  console.log(`\nExit code ${code}. The repository, with the new tests as changes that are not committed: ${repository}\n`)
}
await server?.close()

/** Runs the command as a user would, and settles with its exit code. The code is our own, so that its tests may run as they are here. */
async function generateTests(repository: string): Promise<number> {
  const args = ['generate-tests', '.', '--sandbox', 'host', '--max-time', '30m', ...engine, ...flags]
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), ...args], { cwd: repository, env: home, stdio: 'inherit' })
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', passOn).on('SIGTERM', passOn)
  const { promise, resolve } = Promise.withResolvers<number>()
  child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  return promise
}
