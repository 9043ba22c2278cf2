import { describe, expect, it } from 'vitest'
import { listFiles } from '../../src/tools/list-files.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

toolContract(listFiles, { files: { 'src/a.ts': '' }, input: { folder: 'src', glob: '*.ts' }, pathFields: ['folder'] })

async function list(files: Record<string, string>, input: Record<string, unknown> = {}) {
  using repository = temporaryRepository()
  for (const [path, content] of Object.entries(files)) repository.write(path, content)
  const { text } = await listFiles.run(listFiles.input.parse(input), toolContext(repository))
  return text
}

const few = { 'src/a.ts': '', 'src/deep/b.ts': '', 'c.md': '', 'node_modules/x.js': '', '.gitignore': 'node_modules\n' }

describe('list_files', () => {
  it.each([
    ['everything that git does not ignore', {}, '4 files in the repository:\n.gitignore\nc.md\nsrc/a.ts\nsrc/deep/b.ts'],
    ['a folder', { folder: 'src/' }, '2 files in src/:\nsrc/a.ts\nsrc/deep/b.ts'],
    ['names that a glob matches anywhere', { glob: '*.ts' }, '2 files in the repository:\nsrc/a.ts\nsrc/deep/b.ts'],
    ['paths that a glob matches from the folder', { folder: 'src', glob: 'deep/*' }, '1 file in src:\nsrc/deep/b.ts'],
    ['paths that a glob matches from the root', { folder: 'src', glob: './src/*.ts' }, '1 file in src:\nsrc/a.ts'],
    ['nothing', { glob: '*.py' }, 'No file in the repository matches *.py.'],
  ])('lists %s', async (_name, input, expected) => {
    expect(await list(few, input)).toBe(expected)
  })

  it('says that a repository is empty', async () => {
    expect(await list({})).toBe('There are no files in the repository.')
  })

  it('counts by folder what is too much to be listed', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`src/part${index % 3}/f${index}.ts`, '']))
    expect(await list({ ...many, 'a.md': '' })).toBe(
      '301 files in the repository, by folder. To see more of one, name it as folder:\na.md\nsrc/part0/ (100 files)\nsrc/part1/ (100 files)\nsrc/part2/ (100 files)',
    )
  })

  it('cuts a list that no folders make shorter', async () => {
    const flat = Object.fromEntries(Array.from({ length: 203 }, (_, index) => [`f${index}`, '']))
    expect((await list(flat)).split('\n').slice(-2)).toEqual(['f96', '… and 3 more'])
  })

  it('shows a name as one line, whatever it holds', async () => {
    expect(await list({ 'a\nb\u001b[31m.txt': '' })).toBe('1 file in the repository:\na␊b␛[31m.txt')
  })

  it.each([
    [{ folder: 'scr' }, '"scr" does not exist.'],
    [{ glob: '+(a|b)' }, 'The glob "+(a|b)" is too complicated.'],
    [{ glob: '*a'.repeat(8) }, 'is too complicated.'],
    [{ glob: 'x'.repeat(300) }, 'is too complicated.'],
  ])('refuses %j', async (input, message) => {
    await expect(list(few, input)).rejects.toThrow(message)
  })
})
