import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { applyEdits } from '../../src/hook-managers/apply-edits.ts'
import type { FileEdit } from '../../src/hook-managers/hook-manager.ts'
import { findPlace } from '../../src/hook-managers/place.ts'
import { hookScene } from './scene.ts'

it('takes back all that was done where one file cannot be written', async () => {
  const { root, environment } = hookScene()
  const at = (name: string) => join(root, '.git/hooks', name)
  mkdirSync(at(''), { recursive: true })
  for (const name of ['a', 'b', 'c', 'file']) writeFileSync(at(name), name)
  chmodSync(at('a'), 0o750)
  const place = await findPlace(root, environment, new AbortController().signal)
  const write = (name: string): FileEdit => ({ kind: 'write', path: at(name), bytes: Buffer.from('ours'), mode: 0o755 })
  const edits: FileEdit[] = [write('a'), write('new'), { kind: 'remove', path: at('b') }, { kind: 'move', path: at('c'), to: at('d') }]
  await expect(applyEdits(place, [...edits, write('file/under')])).rejects.toMatchObject({
    code: 'HOOKS_CONFLICT',
    message: expect.stringMatching(/^\.git\/hooks\/file\/under cannot be changed \(E[A-Z]+\), so nothing was\.$/),
  })
  expect(['a', 'b', 'c', 'file'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['a', 'b', 'c', 'file'])
  expect([statSync(at('a')).mode & 0o777, existsSync(at('new')), existsSync(at('d'))]).toEqual([0o750, false, false])
  await applyEdits(place, edits)
  expect(['a', 'new', 'd'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['ours', 'ours', 'c'])
  expect([statSync(at('a')).mode & 0o777, existsSync(at('b')), existsSync(at('c'))]).toEqual([0o755, false, false])
})

it('is told without a word of what was not done', async () => {
  const { hooks, hook, path } = hookScene()
  hook('.husky', 'a file\n', 0o644)
  const { code, stdout, stderr } = await hooks('install', '--manager', 'husky')
  expect([code, stdout, stderr]).toEqual([2, expect.not.stringContaining('wrote'), expect.stringContaining('.husky/pre-commit')])
  expect(readFileSync(path('.husky'), 'utf8')).toBe('a file\n')
})
