import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testPlace, treeOf } from '../../helpers/transaction-place.ts'

it('puts the copy back byte for byte, with what was made since gone', async () => {
  const { user, begin } = await testPlace({
    files: {
      'a.txt': 'a\r\n',
      'deep/b.txt': 'b',
      'folder/c.txt': 'c',
      file: 'd',
      'run.sh': 'x',
      '.gitignore': 'ignored/\n',
      '.gitattributes': '* text eol=crlf\n',
    },
  })
  symlinkSync('a.txt', join(user.root, 'link'))
  const transaction = await begin()
  const { root } = transaction.checkout
  await transaction.checkout.write('made/by/run.txt', Buffer.from('made'))
  chmodSync(join(root, 'run.sh'), 0o755)
  mkdirSync(join(root, 'empty/folder'), { recursive: true })
  const snapshot = await transaction.snapshot()
  const remembered = treeOf(root)

  writeFileSync(join(root, 'a.txt'), 'b\n')
  chmodSync(join(root, 'run.sh'), 0o644)
  rmSync(join(root, 'deep'), { recursive: true })
  symlinkSync('/etc', join(root, 'deep'))
  rmSync(join(root, 'folder'), { recursive: true })
  writeFileSync(join(root, 'folder'), 'now a file')
  rmSync(join(root, 'file'))
  mkdirSync(join(root, 'file/inside'), { recursive: true })
  writeFileSync(join(root, 'file/inside/x'), 'now a folder')
  rmSync(join(root, 'link'))
  rmSync(join(root, 'empty'), { recursive: true })
  rmSync(join(root, 'made'), { recursive: true })
  mkdirSync(join(root, 'later/empty'), { recursive: true })
  writeFileSync(join(root, '.gitignore'), '*.secret\nhidden/\n')
  mkdirSync(join(root, 'hidden'))
  writeFileSync(join(root, 'hidden/x'), 'hidden by a rule of the run')
  writeFileSync(join(root, 'x.secret'), 'hidden by a rule of the run')
  execFileSync('git', ['init', '-q', join(root, 'repository')])
  execFileSync('mkfifo', [join(root, 'pipe')])
  mkdirSync(join(root, 'locked'))
  writeFileSync(join(root, 'locked/x'), '')
  chmodSync(join(root, 'locked'), 0o000)

  await transaction.restore(snapshot)
  expect(treeOf(root)).toEqual(remembered)
  expect((await transaction.changes()).files.map(({ path }) => path)).toEqual(['made/by/run.txt', 'run.sh'])
})

it('remembers several states, and goes back and forth between them', async () => {
  const { begin } = await testPlace({ files: { 'a.txt': '0' } })
  const transaction = await begin()
  const states: { id: string; tree: Record<string, string> }[] = []
  for (const content of ['0', '1', '2']) {
    await transaction.checkout.write('a.txt', Buffer.from(content))
    await transaction.checkout.write(`${content}/file`, Buffer.from(content))
    states.push({ id: await transaction.snapshot(), tree: treeOf(transaction.checkout.root) })
  }
  for (const index of [0, 2, 1, 0, 1]) {
    await transaction.restore(states[index]!.id)
    expect(treeOf(transaction.checkout.root)).toEqual(states[index]!.tree)
  }
})

it('leaves what git ignores, and what is too large to be remembered, as it is', async () => {
  const { begin } = await testPlace({ files: { '.gitignore': 'cache/\n', 'a.txt': 'a' } })
  const transaction = await begin({ sizes: { files: 10, fileBytes: 10, totalBytes: 100 } })
  const { root } = transaction.checkout
  mkdirSync(join(root, 'cache'))
  writeFileSync(join(root, 'cache/x'), 'ignored')
  writeFileSync(join(root, 'large'), 'more than ten bytes')
  const snapshot = await transaction.snapshot()
  writeFileSync(join(root, 'cache/x'), 'still ignored')
  writeFileSync(join(root, 'larger'), 'more than ten bytes too')
  for (let index = 0; index < 20; index++) writeFileSync(join(root, `many-${index}`), '')
  await transaction.restore(snapshot)
  expect(treeOf(root)).toEqual({
    '.gitignore': 'file cache/\n',
    'a.txt': 'file a',
    'cache/': 'folder',
    'cache/x': 'file still ignored',
    large: 'file more than ten bytes',
  })
})

it('refuses a name that is not one of its snapshots', async () => {
  const { begin } = await testPlace({ files: { 'a.txt': 'a' } })
  await expect((await begin()).restore('HEAD')).rejects.toMatchObject({ code: 'INTERNAL' })
})
