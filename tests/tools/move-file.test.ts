import { describe, expect, it } from 'vitest'
import { moveFile } from '../../src/tools/move-file.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext, treeOf } from './tool-context.ts'

toolContract(moveFile, { files: { 'src/a.ts': 'one\n' }, input: { from: 'src/a.ts', to: 'lib/b.ts' }, pathFields: ['from', 'to'] })

describe('move_file', () => {
  it('moves a file into a folder that it makes', async () => {
    using repository = temporaryRepository()
    repository.write('a.ts', 'one\n')
    const { 'a.ts': content } = treeOf(repository.root)
    const { text } = await moveFile.run({ from: 'a.ts', to: 'lib/deep/b.ts' }, toolContext(repository))
    expect({ text, tree: treeOf(repository.root) }).toMatchObject({
      text: 'Moved a.ts to lib/deep/b.ts.',
      tree: { 'lib/deep/b.ts': content },
    })
    expect(treeOf(repository.root)).not.toHaveProperty(['a.ts'])
  })

  it.each([
    ['a.ts', 'b.ts', '"b.ts" exists already. Delete it first, or choose another name.'],
    ['zzzzz.md', 'c.ts', '"zzzzz.md" does not exist.'],
    ['src', 'lib', '"src" is a folder; only files are written, moved and deleted.'],
    ['a.ts', 'src', '"src" is a folder; only files are written, moved and deleted.'],
    ['a.ts', 'b.ts/c.ts', '"b.ts/c.ts" needs a folder where a file is.'],
    ['a.ts', '.env', '".env" may hold keys or passwords'],
  ])('refuses to move %s to %s', async (from, to, message) => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a', 'b.ts': 'b', 'src/d.ts': 'd' } })
    const before = treeOf(repository.root)
    await expect(moveFile.run({ from, to }, toolContext(repository))).rejects.toThrow(message)
    expect(treeOf(repository.root)).toEqual(before)
  })
})
