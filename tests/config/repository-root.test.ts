import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repositoryRoot } from '../../src/config/repository-root.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'

it('is the top of the working tree, in a linked worktree too', () => {
  using repository = temporaryRepository({ files: { 'a/b/c.txt': 'c' } })
  const linked = join(repository.root, '../linked')
  repository.git('worktree', 'add', linked)
  mkdirSync(join(linked, 'new'))
  expect([repositoryRoot(join(repository.root, 'a/b')), repositoryRoot(join(linked, 'new'))]).toEqual([repository.root, linked])
})

it('is nothing outside a repository', () => {
  using folder = temporaryFolder()
  expect(repositoryRoot(folder.path)).toBeUndefined()
})
