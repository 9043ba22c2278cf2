import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { AgentEvent } from '../../src/agent/event.ts'
import { runResultSchema } from '../../src/domain/result.ts'
import { run } from '../../src/tasks/run/run.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { containersLeft, nodeImage, removeImage } from '../helpers/sandbox-image.ts'
import { missing } from '../helpers/sandbox-requirements.ts'
import { scriptedEngine } from '../helpers/scripted-engine.ts'
import { runOn, toolCalls } from '../helpers/task-run.ts'

const reason = missing('docker')
const image = `coding-agent-test-story:${process.pid}`

const users = `const users = new Map()
let next = 1

export function createUser({ name }) {
  if (typeof name !== 'string' || name.trim() === '') throw new TypeError('A user needs a name.')
  const user = { id: next++, name: name.trim() }
  users.set(user.id, user)
  return user
}

export const readUser = (id) => users.get(id) ?? null

export function updateUser(id, { name }) {
  const user = users.get(id)
  if (!user) return null
  user.name = name
  return users
}

export const deleteUser = (id) => users.delete(id)
`
const usersTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUser, deleteUser, readUser, updateUser } from './users.js'

test('creates and reads a user', () => {
  const user = createUser({ name: ' Ada ' })
  assert.deepEqual(readUser(user.id), { id: user.id, name: 'Ada' })
})
test('refuses a user without a name', () => assert.throws(() => createUser({ name: '' }), TypeError))
test('updates a user', () => {
  const { id } = createUser({ name: 'Ada' })
  assert.deepEqual(updateUser(id, { name: 'Grace' }), { id, name: 'Grace' })
})
test('deletes a user', () => {
  const { id } = createUser({ name: 'Ada' })
  assert.equal(deleteUser(id), true)
  assert.equal(readUser(id), null)
})
`

const turns = [
  toolCalls({ name: 'list_files', input: {} }, { name: 'read_file', input: { path: 'package.json' } }),
  toolCalls(
    { name: 'write_file', input: { path: 'src/users.js', content: users } },
    { name: 'write_file', input: { path: 'src/users.test.js', content: usersTest } },
  ),
  toolCalls({ name: 'run_tests', input: { files: ['src/users.test.js'] } }),
  toolCalls({ name: 'edit_file', input: { path: 'src/users.js', search: '  return users\n', replace: '  return user\n' } }),
  toolCalls(
    { name: 'run_tests', input: { files: ['src/users.test.js'] } },
    { name: 'run_command', input: { command: 'node --version; id -u; ls /' } },
  ),
  'The users module creates, reads, updates and deletes users; its four tests pass.',
]

describe.skipIf(reason !== undefined)(
  `a whole task in Docker${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  { timeout: 120_000 },
  () => {
    beforeAll(() => nodeImage(image))
    afterAll(() => removeImage(image))

    it('creates a users module with CRUD, runs its tests, repairs what they show, and applies the whole', async () => {
      const manifest = JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'node --test' } })
      const repository = temporaryRepository({ files: { 'package.json': manifest } })
      onTestFinished(repository.remove)
      const { handle } = scriptedEngine((_, index) => turns[index] ?? 'Done.')
      const results: string[] = []
      const onEvent = (event: AgentEvent) => {
        if (event.type === 'tool-end') results.push(event.text)
      }
      const request = {
        instruction: 'Create a users module with CRUD and run its tests.',
        allow: ['read', 'write', 'execute'] as const,
        maxSteps: 20,
        apply: true,
        commit: false,
        commandTimeout: 60_000,
        testCommand: null,
      }
      const report = await runOn(repository, run, request, { engine: handle, sandbox: { use: 'docker', image }, onEvent })

      expect(runResultSchema.parse(report.result)).toMatchObject({
        ending: 'done',
        calls: ['list_files', 'read_file', 'write_file', 'write_file', 'run_tests', 'edit_file', 'run_tests', 'run_command'].map(
          (tool) => ({ tool, isError: false }),
        ),
        files: [
          { path: 'src/users.js', kind: 'added' },
          { path: 'src/users.test.js', kind: 'added' },
        ],
        verification: { verdict: 'passed', tests: { executedBefore: 0, executedAfter: 4, newlyFailing: [] } },
        applied: { id: expect.any(String) },
      })
      const [, , , , failed, , passed, command] = results
      expect(failed).toContain('updates a user')
      expect(failed).toMatch(/1 failed|failed: 1|1 of 4/)
      expect(passed).not.toContain('not ok')
      expect(command).toContain(process.version)
      expect(command).not.toMatch(/^0$/m)
      expect(readFileSync(join(repository.root, 'src/users.js'), 'utf8')).toBe(users.replace('  return users\n', '  return user\n'))
      expect(repository.git('status', '--porcelain')).toBe('?? src/\n')
      expect(await containersLeft()).toEqual([])
    })
  },
)
