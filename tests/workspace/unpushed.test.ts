import { describe, expect, it, onTestFinished } from 'vitest'
import { createGit } from '../../src/workspace/git.ts'
import { findUnpushed, type PushedRef } from '../../src/workspace/unpushed.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
const nowhere = 'f'.repeat(40)

/** A repository that says of some commits that the remote has them. */
function scene() {
  const repository = temporaryRepository()
  onTestFinished(() => repository.remove())
  const git = createGit(repository.root, repository.environment)
  repository.git('remote', 'add', 'origin', 'https://example.invalid/a.git')
  const known = (branch: string, id: string) => repository.git('update-ref', `refs/remotes/origin/${branch}`, id)
  const find = (refs: readonly PushedRef[], remote = 'origin') =>
    findUnpushed(refs, { git, emptyTree, remote, signal: new AbortController().signal })
  const first = repository.commit('First', { 'a.ts': '1\n', 'b.ts': '1\n' })
  return { repository, known, find, first }
}

describe('what a remote does not have yet', () => {
  it('is everything, where it has nothing', async () => {
    const { repository, find, first } = scene()
    const second = repository.commit('Second', { 'a.ts': '2\n' })
    expect(await find([{ local: second, remote: null }])).toEqual([{ from: emptyTree, to: second, paths: null }])
    expect(await find([{ local: second, remote: first }])).toEqual([{ from: first, to: second, paths: null }])
  })

  it('is nothing for what is there, is a tag on it, is no commit or is not here', async () => {
    const { repository, known, find, first } = scene()
    known('main', first)
    repository.git('tag', '-a', 'v1', '-m', 'One')
    const [tag, tree, blob] = ['v1', 'HEAD^{tree}', 'HEAD:a.ts'].map((name) => repository.git('rev-parse', name).trim()) as [
      string,
      string,
      string,
    ]
    for (const local of [first, tag, tree, blob, nowhere]) expect(await find([{ local, remote: null }])).toEqual([])
  })

  it('starts where the known commits end when the commit that is replaced is not here', async () => {
    const { repository, known, find, first } = scene()
    known('main', first)
    const second = repository.commit('Second', { 'a.ts': '2\n' })
    expect(await find([{ local: second, remote: nowhere }])).toEqual([{ from: first, to: second, paths: null }])
  })

  it('is told once for refs that stand on each other, in either order', async () => {
    const { repository, known, find, first } = scene()
    known('main', first)
    const second = repository.commit('Second', { 'a.ts': '2\n' })
    const third = repository.commit('Third', { 'a.ts': '3\n' })
    const [two, three] = [second, third].map((local) => ({ local, remote: null })) as [PushedRef, PushedRef]
    expect(await find([two, three, three])).toEqual([
      { from: first, to: second, paths: null },
      { from: second, to: third, paths: null },
    ])
    expect(await find([three, two])).toEqual([{ from: first, to: third, paths: null }])
  })

  it('is the difference to what was merged, where that holds all that is known', async () => {
    const { repository, known, find, first } = scene()
    repository.git('switch', '--quiet', '-c', 'feature')
    repository.commit('Feature', { 'c.ts': '1\n' })
    repository.git('switch', '--quiet', 'main')
    const main = repository.commit('Main', { 'a.ts': '2\n' })
    known('main', main)
    repository.git('switch', '--quiet', 'feature')
    repository.git('merge', '--quiet', '--no-edit', 'main')
    const tip = repository.git('rev-parse', 'HEAD').trim()
    expect(await find([{ local: tip, remote: null }])).toEqual([{ from: main, to: tip, paths: null }])
    expect(first).not.toBe(main)
  })

  it('is what the new commits touch, where they stand on several that are known', async () => {
    const { repository, known, find } = scene()
    repository.git('switch', '--quiet', '-c', 'feature')
    const feature = repository.commit('Feature', { 'c.ts': '1\n' })
    repository.git('switch', '--quiet', 'main')
    const main = repository.commit('Main', { 'a.ts': '2\n' })
    known('main', main)
    known('feature', feature)
    repository.git('switch', '--quiet', 'feature')
    repository.git('merge', '--quiet', '--no-edit', 'main')
    const tip = repository.commit('More', { 'd e.ts': '1\n', 'é.ts': '1\n' })
    const paths = new Set(['d e.ts', 'é.ts'])
    expect(await find([{ local: tip, remote: feature }])).toEqual([{ from: feature, to: tip, paths }])
    const [unnamed] = await find([{ local: tip, remote: null }])
    expect([[feature, main].includes(unnamed?.from ?? ''), unnamed?.paths]).toEqual([true, paths])
  })

  it('is measured by all remotes where an address is pushed to', async () => {
    const { repository, known, find, first } = scene()
    known('main', first)
    const second = repository.commit('Second', { 'a.ts': '2\n' })
    for (const remote of ['../elsewhere.git', '--all', '']) {
      expect(await find([{ local: second, remote: null }], remote)).toEqual([{ from: first, to: second, paths: null }])
    }
    repository.git('remote', 'add', 'backup', 'https://example.invalid/b.git')
    expect(await find([{ local: second, remote: null }], 'backup')).toEqual([{ from: emptyTree, to: second, paths: null }])
  })
})
