import { existsSync, globSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { agent, startAgent } from '../helpers/agent-process.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { installed } from '../helpers/linter-runner.ts'
import { type ScriptedServer, startScriptedServer } from '../helpers/scripted-server.ts'
import { seededRandom } from '../helpers/seeded-random.ts'
import { gitState, treeOf } from '../helpers/transaction-place.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f']
/** The first problem is the linter's to repair, the second the model's. */
const broken = 'export function same(a, b) {\n  var kept = a\n  return kept == b\n}\n'
const whole = 'export function same(a, b) {\n  const kept = a\n  return kept === b\n}\n'
const files = {
  '.gitignore': 'node_modules\n',
  'package.json': JSON.stringify({ type: 'module', devDependencies: { eslint: '*' } }),
  'eslint.config.js': "export default [{ rules: { 'no-var': 'error', 'prefer-const': 'error', eqeqeq: 'error' } }]\n",
  ...Object.fromEntries(names.map((name) => [`src/${name}.js`, broken])),
}

const runs = process.env.SOAK === '1' ? 200 : 6

it('leaves the tree wholly old or wholly new, at whatever moment a repair is killed', { timeout: 3_600_000 }, async () => {
  await using server = await startScriptedServer({ answer: () => `\`\`\`js\n${whole}\`\`\`\n` })
  const untouched = await repairUntil(() => null, server)
  expect(untouched.tree['src/f.js']).toBe(`file ${whole}`)
  const random = seededRandom(2026)
  const endings: string[] = []
  for (let run = 0; run < runs; run++) {
    // Half of them anywhere, half around the moment at which files change.
    const moment = random.next()
    const ended = await repairUntil(
      async (pending) => (run % 2 === 0 ? sleep(moment * untouched.durationMs) : pending().then(() => sleep(moment * 30))),
      server,
    )
    const isNew = JSON.stringify(ended.tree) === JSON.stringify(untouched.tree)
    expect(ended.tree).toEqual(isNew ? untouched.tree : ended.old)
    endings.push(isNew ? 'new' : 'old')
  }
  expect(endings).toContain('old')
})

interface Ending {
  old: Record<string, string>
  tree: Record<string, string>
  durationMs: number
}

/** Kills a repair when the promise settles, starts the program once more, and looks at what is there. */
async function repairUntil(moment: (pending: () => Promise<void>) => Promise<unknown> | null, server: ScriptedServer): Promise<Ending> {
  const repository = temporaryRepository({ files })
  onTestFinished(repository.remove)
  mkdirSync(join(repository.root, 'node_modules'))
  symlinkSync(join(installed, '.bin'), join(repository.root, 'node_modules/.bin'))
  repository.write('notes.txt', 'not committed\n')
  const [old, git] = [treeOf(repository.root), gitState(repository)]
  const home = join(repository.root, '../agent')
  const options = { cwd: repository.root, environment: { ...repository.environment, AGENT_HOME: home }, input: '' }
  const { child, ended } = startAgent(['fix', 'src', '--base-url', server.baseUrl, '--quiet'], options)
  const over = { is: false }
  void ended.then(() => (over.is = true))
  const pending = async () => {
    while (!over.is && !(existsSync(home) && globSync('projects/*/transactions/*/*.pending', { cwd: home }).length > 0)) await sleep(1)
  }
  await moment(pending)?.then(() => child.kill('SIGKILL'))
  const { durationMs } = await ended
  // Whatever runs next finishes or takes back what was left half-way.
  const next = await agent(['review', '--engine', 'none', '--quiet', '--fail-on', 'never', '--format', 'json'], options)
  expect([next.code, next.stderr]).toEqual([0, expect.not.stringContaining('INTERNAL')])
  expect(gitState(repository)).toEqual(git)
  expect(globSync('projects/*/transactions/*/*', { cwd: home }).filter((name) => !/\/\.lock|\.(applied|undone)$/.test(name))).toEqual([])
  return { old, tree: treeOf(repository.root), durationMs }
}
