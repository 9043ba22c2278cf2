import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'

const sources = join(import.meta.dirname, '../../src/workspace')

/** A real hook that writes down what the workspace reads as staged, from the directory it is told to go to. */
function installHook(repository: TemporaryRepository, name: string, { directory = '.' } = {}): void {
  const script = join(repository.root, '../read-staged.ts')
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs'
     import { openWorkspace } from ${JSON.stringify(join(sources, 'open-workspace.ts'))}
     const workspace = await openWorkspace(process.cwd(), { environment: process.env })
     const change = await workspace.readChange({ kind: 'staged' }, { paths: [], contextLines: 3, signal: new AbortController().signal })
     const contents = await Promise.all(change.files.map(async ({ path }) => [path, String(await workspace.readFile(change.new, path))]))
     writeFileSync(${JSON.stringify(outputOf(repository))}, JSON.stringify({ root: workspace.root, contents }))
     await workspace.close()`,
  )
  const hooks = repository.git('rev-parse', '--git-common-dir').trim()
  const hook = join(repository.root, hooks, 'hooks', name)
  mkdirSync(join(hook, '..'), { recursive: true })
  writeFileSync(hook, `#!/bin/sh\ncd ${directory} && exec '${process.execPath}' '${script}'\n`)
  chmodSync(hook, 0o755)
}

const outputOf = (repository: TemporaryRepository) => join(repository.root, '../staged.json')

function runGit(
  repository: TemporaryRepository,
  args: readonly string[],
  cwd = repository.root,
): { root: string; contents: [string, string][] } {
  const { status, stderr } = spawnSync('git', args, { cwd, env: repository.environment, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, expect.any(String)])
  return JSON.parse(readFileSync(outputOf(repository), 'utf8')) as { root: string; contents: [string, string][] }
}

function twoChanges(): TemporaryRepository {
  const repository = temporaryRepository({ files: { 'a.txt': 'a\n', 'b.txt': 'b\n', 'sub/c.txt': 'c\n' } })
  repository.stage({ 'a.txt': 'a staged\n' })
  repository.write('a.txt', 'a working\n')
  repository.write('b.txt', 'b working\n')
  return repository
}

it('reads in a pre-commit hook what `git commit` is about to record', () => {
  using repository = twoChanges()
  installHook(repository, 'pre-commit')
  const staged = runGit(repository, ['commit', '-m', 'x'])
  expect(staged).toEqual({ root: repository.root, contents: [['a.txt', 'a staged\n']] })
})

it('reads in a pre-commit hook what `git commit -a` is about to record, also from a sub-directory', () => {
  using repository = twoChanges()
  installHook(repository, 'pre-commit')
  const staged = runGit(repository, ['commit', '-a', '-m', 'x'], join(repository.root, 'sub'))
  expect(staged.contents).toEqual([
    ['a.txt', 'a working\n'],
    ['b.txt', 'b working\n'],
  ])
})

it('reads in a pre-commit hook what `git commit <path>` is about to record, and nothing else that is staged', () => {
  using repository = twoChanges()
  installHook(repository, 'pre-commit')
  const staged = runGit(repository, ['commit', '-m', 'x', 'b.txt'])
  expect(staged.contents).toEqual([['b.txt', 'b working\n']])
})

it('reads the first commit in its hook', () => {
  using repository = temporaryRepository()
  repository.stage({ 'a.txt': 'a\n' })
  installHook(repository, 'pre-commit')
  expect(runGit(repository, ['commit', '-m', 'x']).contents).toEqual([['a.txt', 'a\n']])
})

it('reads the right index when a hook has gone to a sub-directory', () => {
  using repository = twoChanges()
  installHook(repository, 'pre-commit', { directory: 'sub' })
  expect(runGit(repository, ['commit', '-m', 'x'])).toEqual({ root: repository.root, contents: [['a.txt', 'a staged\n']] })
})

it.each(['.', 'sub'])('reads the index of a linked worktree in a hook that stands in %s', (directory) => {
  using repository = twoChanges()
  const linked = join(repository.root, '../linked')
  repository.git('worktree', 'add', '--quiet', '--detach', linked)
  installHook(repository, 'pre-commit', { directory })
  writeFileSync(join(linked, 'b.txt'), 'b linked\n')
  for (const args of [
    ['commit', '-a', '-m', 'x'],
    ['commit', '-m', 'y', 'b.txt'],
  ]) {
    expect(runGit(repository, args, linked)).toEqual({ root: linked, contents: [['b.txt', 'b linked\n']] })
    writeFileSync(join(linked, 'b.txt'), 'b linked\n'.repeat(1))
    repository.gitBytes(['reset', '--quiet', '--soft', 'HEAD^'], { cwd: linked })
    repository.gitBytes(['reset', '--quiet'], { cwd: linked })
  }
})
