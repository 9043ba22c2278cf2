import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type TemporaryRepository, temporaryRepository } from '../../helpers/git-repository.ts'

const sources = join(import.meta.dirname, '../../../src/workspace')

/** A real pre-commit hook that makes every `bad` in the staged files of its repository a `good`, and ends with a status. */
function installHook({ root, git }: TemporaryRepository, { directory = '.', status = 0 } = {}): void {
  const script = join(root, '../fix-staged.ts')
  writeFileSync(
    script,
    `import { readFileSync, writeFileSync } from 'node:fs'
     import { join } from 'node:path'
     import { discoverRepository } from ${JSON.stringify(join(sources, 'discover-repository.ts'))}
     import { openCheckout } from ${JSON.stringify(join(sources, 'open-checkout.ts'))}
     import { beginStaged } from ${JSON.stringify(join(sources, 'staged/begin-staged.ts'))}
     const environment = process.env
     const repository = await discoverRepository(process.cwd(), environment)
     const transaction = await beginStaged({
       repository, signal: new AbortController().signal,
       folder: ${JSON.stringify(join(root, '../transactions'))}, patches: ${JSON.stringify(join(root, '../patches'))},
       openCheckout: (place) => openCheckout({ ...place, environment }),
     })
     for (const path of await transaction.checkout.list()) {
       const location = join(transaction.checkout.root, path)
       writeFileSync(location, readFileSync(location, 'utf8').replaceAll('bad', 'good'))
     }
     await transaction.apply()
     await transaction.close()`,
  )
  const hook = join(root, git('rev-parse', '--git-common-dir').trim(), 'hooks/pre-commit')
  mkdirSync(join(hook, '..'), { recursive: true })
  writeFileSync(hook, `#!/bin/sh\ncd ${directory} && '${process.execPath}' '${script}' && exit ${status}\n`)
  chmodSync(hook, 0o755)
}

const rows = (...changes: readonly [number, string][]) => {
  const all = Array.from({ length: 9 }, (_, at) => `row ${at}`)
  for (const [at, text] of changes) all[at] = text
  return `${all.join('\n')}\n`
}

/** A file with something bad that is staged and something of the user's that is not, and another one that is not staged at all. */
function partlyStaged(): TemporaryRepository {
  const repository = temporaryRepository({ files: { 'a.txt': rows(), 'b.txt': rows(), 'sub/c.txt': rows() } })
  onTestFinished(() => repository.remove())
  repository.stage({ 'a.txt': rows([1, 'bad']) })
  repository.write('a.txt', rows([1, 'bad'], [7, 'mine']))
  repository.write('b.txt', rows([3, 'mine']))
  return repository
}

function commit({ root, environment }: TemporaryRepository, args: readonly string[], cwd = root) {
  const { status, stderr } = spawnSync('git', ['commit', '--quiet', ...args], { cwd, env: environment, encoding: 'utf8' })
  return { status, stderr }
}

function stateOf({ root, gitBytes }: TemporaryRepository, path: string, cwd = root) {
  const show = (name: string) => gitBytes(['cat-file', 'blob', name], { cwd }).toString('utf8')
  return { head: show(`HEAD:${path}`), index: show(`:${path}`), disk: readFileSync(join(cwd, path), 'utf8') }
}

const statusOf = ({ root, gitBytes }: TemporaryRepository, cwd = root) => gitBytes(['status', '--porcelain'], { cwd }).toString('utf8')

it.each([
  ['git commit', ['-m', 'x']],
  ['git commit --amend', ['--amend', '--no-edit']],
])('%s commits what was fixed, and what was not staged is still not', (_, args) => {
  const repository = partlyStaged()
  installHook(repository)
  expect(commit(repository, args)).toEqual({ status: 0, stderr: '' })
  const fixed = rows([1, 'good'])
  expect(stateOf(repository, 'a.txt')).toEqual({ head: fixed, index: fixed, disk: rows([1, 'good'], [7, 'mine']) })
  expect(statusOf(repository)).toBe(' M a.txt\n M b.txt\n')
})

it('git commit -a commits what was fixed, also from a sub-directory', () => {
  const repository = partlyStaged()
  installHook(repository)
  repository.write('b.txt', rows([3, 'bad']))
  expect(commit(repository, ['-a', '-m', 'x'], join(repository.root, 'sub'))).toEqual({ status: 0, stderr: '' })
  const [a, b] = [rows([1, 'good'], [7, 'mine']), rows([3, 'good'])]
  expect(stateOf(repository, 'a.txt')).toEqual({ head: a, index: a, disk: a })
  expect(stateOf(repository, 'b.txt')).toEqual({ head: b, index: b, disk: b })
  expect(statusOf(repository)).toBe('')
})

it('git commit <path> commits what was fixed, and leaves no trace of it staged', () => {
  const repository = partlyStaged()
  installHook(repository)
  repository.write('b.txt', rows([3, 'bad']))
  expect(commit(repository, ['-m', 'x', 'b.txt'])).toEqual({ status: 0, stderr: '' })
  const b = rows([3, 'good'])
  expect(stateOf(repository, 'b.txt')).toEqual({ head: b, index: b, disk: b })
  const staged = rows([1, 'bad'])
  expect(stateOf(repository, 'a.txt')).toEqual({ head: rows(), index: staged, disk: rows([1, 'bad'], [7, 'mine']) })
  expect(statusOf(repository)).toBe('MM a.txt\n')
})

it('git commit <path> keeps what is staged in a file that it does not name', () => {
  const repository = partlyStaged()
  repository.commit('Something bad', { 'a.txt': rows([1, 'bad']) })
  repository.stage({ 'a.txt': rows([1, 'bad'], [5, 'staged']) })
  repository.write('a.txt', rows([1, 'bad'], [5, 'staged'], [7, 'mine']))
  installHook(repository)
  repository.write('b.txt', rows([3, 'mine']))
  expect(commit(repository, ['-m', 'x', 'b.txt'])).toEqual({ status: 0, stderr: '' })
  expect(stateOf(repository, 'a.txt')).toEqual({
    head: rows([1, 'good']),
    index: rows([1, 'good'], [5, 'staged']),
    disk: rows([1, 'good'], [5, 'staged'], [7, 'mine']),
  })
})

it.each([
  { name: 'git commit', args: ['-m', 'x'], directory: '.' },
  { name: 'git commit', args: ['-m', 'x'], directory: 'sub' },
  { name: 'git commit -a', args: ['-a', '-m', 'x'], directory: '.' },
  { name: 'git commit <path>', args: ['-m', 'x', 'a.txt'], directory: 'sub' },
])('$name in a linked worktree commits what was fixed, with the hook in $directory', ({ args, directory }) => {
  const repository = partlyStaged()
  const linked = join(repository.root, '../linked')
  repository.git('worktree', 'add', '--quiet', '--detach', linked)
  installHook(repository, { directory })
  writeFileSync(join(linked, 'a.txt'), rows([1, 'bad']))
  repository.gitBytes(['add', 'a.txt'], { cwd: linked })
  const main = statusOf(repository)
  expect(commit(repository, args, linked)).toEqual({ status: 0, stderr: '' })
  const fixed = rows([1, 'good'])
  expect(stateOf(repository, 'a.txt', linked)).toEqual({ head: fixed, index: fixed, disk: fixed })
  expect([statusOf(repository, linked), statusOf(repository)]).toEqual(['', main])
})

it('a first commit is fixed as well', () => {
  const repository = temporaryRepository()
  onTestFinished(() => repository.remove())
  repository.stage({ 'a.txt': 'bad\n' })
  installHook(repository)
  expect(commit(repository, ['-m', 'x'])).toEqual({ status: 0, stderr: '' })
  expect(stateOf(repository, 'a.txt')).toEqual({ head: 'good\n', index: 'good\n', disk: 'good\n' })
})

it('a commit that is given up after the fix leaves the fixed files, and no lock', () => {
  const repository = partlyStaged()
  installHook(repository, { status: 1 })
  expect(commit(repository, ['-a', '-m', 'x']).status).toBe(1)
  expect(stateOf(repository, 'a.txt')).toEqual({ head: rows(), index: rows([1, 'bad']), disk: rows([1, 'good'], [7, 'mine']) })
  expect(repository.git('add', '--all')).toBe('')
})
