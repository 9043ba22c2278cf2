import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exportTree, linkIgnored } from '../../src/workspace/export-tree.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import { isCheckedOut, listIgnored, treeIdentity } from '../../src/workspace/tree-state.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const { signal } = new AbortController()

async function opened(files: Readonly<Record<string, string | Uint8Array>>) {
  const made = temporaryRepository({ files })
  const workspace = await openWorkspace(made.root, { environment: made.environment })
  onTestFinished(async () => {
    await workspace.close()
    made.remove()
  })
  const { repository } = workspace
  if (repository === null) throw new Error('There is no repository.')
  return { ...made, repository }
}

describe('an exported tree', () => {
  it('has the bytes of a commit as they are stored, whatever attributes and the working tree say', async () => {
    const made = await opened({ '.gitattributes': '* text eol=crlf\n', 'a.txt': 'one\n', 'b/run.sh': '#!/bin/sh\n' })
    made.git('update-index', '--chmod=+x', 'b/run.sh')
    const id = made.commit('Executable')
    made.write('a.txt', 'two\n')
    using folder = temporaryFolder({})
    const root = await exportTree(made.repository, { kind: 'commit', id }, { folder: folder.path, signal })
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('one\n')
    expect(lstatSync(join(root, 'b/run.sh')).mode & 0o100).toBe(0o100)
    expect(existsSync(join(root, '.git'))).toBe(false)
  })

  it('has what is staged and nothing that is not', async () => {
    const made = await opened({ 'a.txt': 'one\n' })
    made.stage({ 'a.txt': 'two\n', 'new.txt': 'new\n' })
    made.write('a.txt', 'three\n')
    made.write('stray.txt', 'stray\n')
    using folder = temporaryFolder({})
    const root = await exportTree(made.repository, { kind: 'index' }, { folder: folder.path, signal })
    expect(['a.txt', 'new.txt'].map((name) => readFileSync(join(root, name), 'utf8'))).toEqual(['two\n', 'new\n'])
    expect(existsSync(join(root, 'stray.txt'))).toBe(false)
  })

  it('can show what git ignores, but not through its own links, and not what tools wrote for themselves', async () => {
    const made = await opened({ '.gitignore': 'out\n*.gen\n.cache\nnode_modules\n', 'a/x.txt': '' })
    for (const path of ['out/types.ts', 'a/b.gen', 'lib/c.gen', '.cache/x', 'node_modules/p/index.js']) {
      mkdirSync(join(made.root, path, '..'), { recursive: true })
      writeFileSync(join(made.root, path), path)
    }
    using folder = temporaryFolder({})
    using elsewhere = temporaryFolder({})
    const root = await exportTree(made.repository, { kind: 'index' }, { folder: folder.path, signal })
    symlinkSync(elsewhere.path, join(root, 'lib'))
    await linkIgnored(made.repository, root, { except: ['node_modules'], signal })
    expect(readlinkSync(join(root, 'out'))).toBe(join(made.root, 'out'))
    expect(readFileSync(join(root, 'a/b.gen'), 'utf8')).toBe('a/b.gen')
    expect(['.cache', 'node_modules'].map((name) => existsSync(join(root, name)))).toEqual([false, false])
    expect(existsSync(join(elsewhere.path, 'c.gen'))).toBe(false)
    expect(await listIgnored(made.repository, signal)).toContain('lib/')
  })
})

describe('the identity of a tree', () => {
  it('is the same as long as nothing changed, and another after any change', async () => {
    const made = await opened({ 'a.txt': 'one\n' })
    const seen: (string | null)[] = []
    const look = async () =>
      seen.push(...(await Promise.all((['index', 'working'] as const).map((kind) => treeIdentity(made.repository, { kind }, signal)))))
    await look()
    await look()
    expect(seen.slice(2)).toEqual(seen.slice(0, 2))
    for (const change of [
      () => made.write('a.txt', 'two\n'),
      () => made.write('a.txt', 'six\n'),
      () => made.write('new.txt', ''),
      () => symlinkSync('a.txt', join(made.root, 'link')),
      () => made.stage(),
    ]) {
      change()
      await look()
    }
    expect(new Set(seen.filter((name) => name?.startsWith('working')))).toHaveProperty('size', 6)
    expect(new Set(seen.filter((name) => name?.startsWith('index')))).toHaveProperty('size', 2)
  })

  it('is that of the commit, is none for a patch, and none where too much would have to be read', async () => {
    const made = await opened({ 'a.txt': 'one\n' })
    const identities = [{ kind: 'commit', id: 'abc' }, { kind: 'empty' }, { kind: 'patch' }] as const
    expect(await Promise.all(identities.map((tree) => treeIdentity(made.repository, tree, signal)))).toEqual(['commit abc', 'empty', null])
    made.write('large.bin', new Uint8Array(64 * 2 ** 20 + 1))
    expect(await treeIdentity(made.repository, { kind: 'working' }, signal)).toBeNull()
  })
})

describe('a tree on disk', () => {
  it('is there where nothing else is, but for files that no tool reads', async () => {
    const made = await opened({ 'a.txt': 'one\n' })
    const id = made.git('rev-parse', 'HEAD').trim()
    const isThere = async () =>
      Promise.all([{ kind: 'index' as const }, { kind: 'commit' as const, id }].map((tree) => isCheckedOut(made.repository, tree, signal)))
    made.write('notes.log', '')
    expect(await isThere()).toEqual([true, true])
    made.stage({ 'a.txt': 'two\n' })
    expect(await isThere()).toEqual([true, false])
    made.write('a.txt', 'three\n')
    expect(await isThere()).toEqual([false, false])
    made.write('a.txt', 'two\n')
    made.write('stray.config.js', '')
    expect(await isThere()).toEqual([false, false])
    expect(await isCheckedOut(made.repository, { kind: 'working' }, signal)).toBe(true)
    expect(await isCheckedOut(made.repository, { kind: 'empty' }, signal)).toBe(false)
  })
})
