import { globSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { brokenRepository, comparable, fileOf, names, startModel } from '../commands/batch-scene.ts'
import { agent, startAgent } from '../helpers/agent-process.ts'
import type { ScriptedServer } from '../helpers/scripted-server.ts'
import { seededRandom } from '../helpers/seeded-random.ts'
import { treeOf } from '../helpers/transaction-place.ts'

const isSoak = process.env.SOAK === '1'

const cases = [
  { task: 'review', files: isSoak ? 40 : 12, kills: isSoak ? 6 : 2, jobs: 2 },
  { task: 'fix', files: isSoak ? 40 : 4, kills: isSoak ? 10 : 2, jobs: 1 },
]

describe.each(cases)('agent batch $task', ({ task, files, kills, jobs }) => {
  it('goes on where it was killed: nothing is asked twice, and the report is that of an undisturbed run', {
    timeout: 3_600_000,
  }, async () => {
    await using server = await startModel({ delayMs: 20 })
    const undisturbed = await runToTheEnd({ task, files, jobs, server, moments: [] })
    expect(undisturbed.asked).toEqual(names(files).map((name) => `src/${name}.js`))
    const random = seededRandom(2026)
    const questions = Math.max(1, Math.floor(files / (kills + 1)))
    // Half of them fall on whatever happens between one answer and the next question, half of them on a change that is just being made, or has just been made.
    const moments = Array.from({ length: kills }, (_, kill) => ({
      questions,
      isApplying: task === 'fix' && kill % 2 === 0,
      ms: random.next() * (kill % 2 === 0 ? 40 : 900),
    }))
    const disturbed = await runToTheEnd({ task, files, jobs, server, moments })
    expect(disturbed.killed).toBeGreaterThan(0)
    expect(disturbed.report).toEqual(undisturbed.report)
    expect(disturbed.tree).toEqual(undisturbed.tree)
    expect(disturbed.askedThoughDone).toEqual([])
    // A question that was under way has to be asked again.
    expect(disturbed.asked.length).toBeLessThanOrEqual(files + disturbed.killed * jobs)
    expect([...new Set(disturbed.asked)]).toEqual(undisturbed.asked)
  })
})

interface Run {
  task: string
  files: number
  jobs: number
  server: ScriptedServer
  /** When to kill it: so long after so many more questions, or after the change that follows them has begun. */
  moments: readonly { questions: number; isApplying: boolean; ms: number }[]
}

/** Starts a batch, kills it at each of the moments, starts the same command again, and tells what came out. */
async function runToTheEnd({ task, files, jobs, server, moments }: Run) {
  const repository = brokenRepository(files)
  const options = { cwd: repository.root, environment: { ...repository.environment, AGENT_HOME: repository.home }, input: '' }
  const args = ['batch', task, 'src', '--base-url', server.baseUrl, '--jobs', String(jobs), '--format', 'json', '--fail-on', 'never']
  const before = server.chatRequests.length
  const done = new Set<string>()
  const askedThoughDone: string[] = []
  let killed = 0
  for (const { questions, isApplying, ms } of moments) {
    const from = server.chatRequests.length
    const { child, ended } = startAgent(args, options)
    const over = { is: false }
    void ended.then(() => (over.is = true))
    while (!over.is && server.chatRequests.length < from + questions) await sleep(1)
    const changes = journals(repository.home)
    while (isApplying && !over.is && journals(repository.home) === changes) await sleep(1)
    await Promise.race([sleep(ms), ended])
    if (child.kill('SIGKILL')) killed++
    const { stderr } = await ended
    askedThoughDone.push(...askedSince(from, server).filter((file) => done.has(file)))
    for (const [, file = ''] of stderr.matchAll(/^\d+\/\d+ (\S+): /gm)) done.add(file)
  }
  const from = server.chatRequests.length
  const { code, stdout, stderr } = await agent(args, options)
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')])
  askedThoughDone.push(...askedSince(from, server).filter((file) => done.has(file)))
  const asked = askedSince(before, server).toSorted()
  return { report: comparable(stdout), tree: treeOf(repository.root), asked, askedThoughDone, killed }
}

const journals = (home: string) => globSync('projects/*/transactions/*/*.{pending,applied}', { cwd: home }).length

function askedSince(index: number, { chatRequests }: ScriptedServer): string[] {
  return chatRequests.slice(index).flatMap(({ body }) => (body ? [fileOf(body)] : []))
}
