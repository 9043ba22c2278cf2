import { expect, it } from 'vitest'
import type { ChangedFile } from '../../../../src/domain/change.ts'
import { largeFiles } from '../../../../src/tasks/review/checks/large-files.ts'
import { changedFile, said } from './reviewed.ts'

const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  ...changedFile(path, null, ''),
  kind: 'binary',
  size: 1000,
  hunks: [],
  ...more,
})

it.each([
  ['a big binary', file('a.png', { size: 3 * 1024 * 1024 }), 'Large binary file: 3.0 MiB'],
  ['a new version of a big binary', file('a.psd', { status: 'modified', size: 2_000_000 }), 'Large binary file: 1.9 MiB'],
  ['a big text', file('a.sql', { kind: 'text', size: 2_000_000 }), 'Large text file: 1.9 MiB'],
  ['a build product', file('bin/a.exe'), 'Binary build product, archive or database added'],
  ['a build product among tests', file('tests/a.class'), 'Binary build product, archive or database added'],
  ['an executable', file('tool', { newMode: '100755' }), 'Binary executable added'],
  ['any other binary', file('data.bin'), 'Binary file added'],
  ['a binary of unknown size', file('a.zip', { size: null }), 'Binary build product, archive or database added'],
])('tells about %s', async (_, changed, title) => {
  expect(await said(largeFiles, {}, { files: [changed] })).toEqual([`${changed.path}:- ${title}`])
})

it.each([
  ['an image', file('a.png')],
  ['a font', file('a.woff2')],
  ['sample data', file('tests/fixtures/a.bin')],
  ['a small new version', file('a.bin', { status: 'modified' })],
  ['a big text that was big before', file('a.sql', { kind: 'text', status: 'modified', size: 2_000_000 })],
  ['a pointer to a big file', file('a.zip', { kind: 'text', size: 130 })],
  ['a deleted binary', file('a.zip', { status: 'deleted', size: null })],
  ['a submodule', file('a', { kind: 'submodule', size: null })],
  ['a link', file('a.zip', { kind: 'symlink', size: 10 })],
  ['an empty file', file('a.db', { size: 0 })],
])('says nothing of %s', async (_, changed) => {
  expect(await said(largeFiles, {}, { files: [changed] })).toEqual([])
})

it('says nothing of a big lock file', async () => {
  const lock = file('package-lock.json', { kind: 'text', size: 3_000_000 })
  expect(await said(largeFiles, {}, { files: [lock], isGenerated: () => true })).toEqual([])
})
