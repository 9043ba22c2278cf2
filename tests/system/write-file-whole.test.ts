import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeFileWhole } from '../../src/system/write-file-whole.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

it('writes a file, and replaces one', async () => {
  using folder = temporaryFolder({ 'a.txt': 'old' })
  await writeFileWhole(join(folder.path, 'a.txt'), 'new')
  expect([readFileSync(join(folder.path, 'a.txt'), 'utf8'), readdirSync(folder.path)]).toEqual(['new', ['a.txt']])
})

it('leaves nothing behind when it fails', async () => {
  using folder = temporaryFolder()
  mkdirSync(join(folder.path, 'a.txt'))
  await expect(writeFileWhole(join(folder.path, 'a.txt'), 'new')).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining('EISDIR'),
  })
  await expect(writeFileWhole(join(folder.path, 'b/a.txt'), 'new')).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('ENOENT'),
  })
  expect(readdirSync(folder.path)).toEqual(['a.txt'])
})

it('follows a link, and writes to what is no file without replacing it', async () => {
  using folder = temporaryFolder({ 'real/a.txt': 'old' })
  symlinkSync('real/a.txt', join(folder.path, 'link.txt'))
  await writeFileWhole(join(folder.path, 'link.txt'), 'new')
  expect([readFileSync(join(folder.path, 'real/a.txt'), 'utf8'), lstatSync(join(folder.path, 'link.txt')).isSymbolicLink()]).toEqual([
    'new',
    true,
  ])
  symlinkSync('/dev/null', join(folder.path, 'null'))
  await writeFileWhole(join(folder.path, 'null'), 'gone')
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
})
