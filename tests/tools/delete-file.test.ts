import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deleteFile } from '../../src/tools/delete-file.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext, treeOf } from './tool-context.ts'

toolContract(deleteFile, { files: { 'src/a.ts': 'one\n' }, input: { path: 'src/a.ts' }, pathFields: ['path'] })

describe('delete_file', () => {
  it('deletes one file', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a', 'b.ts': 'b' } })
    expect(await deleteFile.run({ path: 'a.ts' }, toolContext(repository))).toEqual({ text: 'Deleted a.ts.' })
    expect(['a.ts', 'b.ts'].map((name) => existsSync(join(repository.root, name)))).toEqual([false, true])
  })

  it.each([
    ['src', '"src" is a folder; only files are written, moved and deleted.'],
    ['src/gone.ts', '"src/gone.ts" does not exist.'],
    ['gone/a.ts', '"gone/a.ts" does not exist.'],
    ['.', '"." is a folder; only files are written, moved and deleted.'],
  ])('refuses to delete %s', async (path, message) => {
    using repository = temporaryRepository({ files: { 'src/a.ts': 'a' } })
    const before = treeOf(repository.root)
    await expect(deleteFile.run({ path }, toolContext(repository))).rejects.toThrow(message)
    expect(treeOf(repository.root)).toEqual(before)
  })
})
