import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { announcingWorkshop, takeBack } from '../../src/commands/batch/take-back.ts'
import type { Applied } from '../../src/commands/batch/unit-store.ts'
import { createWorkshop, requirePlace } from '../../src/commands/workshop.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'

const signal = new AbortController().signal

/** A repository, and a way to change its files as a task does; each change is announced first. */
async function scene() {
  const repository = temporaryRepository({ files: { 'a.txt': 'old\n', 'b.txt': 'old\n' } })
  onTestFinished(repository.remove)
  const home = join(repository.root, '../agent')
  mkdirSync(home)
  const environment = { ...repository.environment, AGENT_HOME: home }
  const workspace = await openWorkspace(repository.root, { environment })
  onTestFinished(() => workspace.close())
  const sandbox = { use: 'host', image: null, memory: 2 ** 31, cpus: 2, timeout: 60_000 } as const
  const announced: Applied[] = []
  const workshop = announcingWorkshop(createWorkshop(workspace, { sandbox, context: { environment } }), (applied) =>
    announced.push(applied),
  )
  const change = async (path: string, text: string | null) => {
    const transaction = await workshop.beginTransaction(signal)
    try {
      const { checkout } = transaction
      await (text === null ? checkout.remove(path) : checkout.write(path, Buffer.from(text)))
      return await transaction.apply()
    } finally {
      await transaction.close()
    }
  }
  const read = (path: string) => readFileSync(join(repository.root, path), 'utf8')
  return { repository, place: requirePlace(workspace, environment), announced, change, read }
}

it('takes back what a unit had applied before it was killed, the last change first', async () => {
  const { announced, change, read, place } = await scene()
  await change('a.txt', 'new\n')
  await change('b.txt', null)
  expect(announced).toEqual([[{ path: 'a.txt', digest: expect.stringMatching(/^[0-9a-f]{64}$/) }], [{ path: 'b.txt', digest: null }]])
  await takeBack(announced, place, signal)
  expect([read('a.txt'), read('b.txt')]).toEqual(['old\n', 'old\n'])
})

it('leaves alone what somebody has changed since', async () => {
  const { announced, change, read, place, repository } = await scene()
  await change('a.txt', 'new\n')
  repository.write('a.txt', 'newer\n')
  await takeBack(announced, place, signal)
  expect(read('a.txt')).toBe('newer\n')
})

it('leaves alone what another run has applied', async () => {
  const { announced, change, read, place } = await scene()
  await change('a.txt', 'new\n')
  await change('b.txt', 'by another\n')
  await takeBack(announced.slice(0, 1), place, signal)
  await takeBack([[{ path: 'b.txt', digest: 'f'.repeat(64) }]], place, signal)
  expect([read('a.txt'), read('b.txt')]).toEqual(['new\n', 'by another\n'])
})

it('has nothing to take back where nothing was applied', async () => {
  const { place } = await scene()
  await expect(takeBack([[{ path: 'a.txt', digest: null }]], place, signal)).resolves.toBeUndefined()
})
