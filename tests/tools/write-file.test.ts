import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readFile } from '../../src/tools/read-file.ts'
import { writeFile } from '../../src/tools/write-file.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

toolContract(writeFile, { files: {}, input: { path: 'src/new.ts', content: 'one\n' }, pathFields: ['path'] })

interface Scene {
  before?: string | Uint8Array
  /** Whether the model reads it first. */
  reads?: boolean
  /** What somebody else makes of it after that. */
  meanwhile?: string
}

async function write(content: string, { before, reads = false, meanwhile }: Scene = {}) {
  using repository = temporaryRepository()
  const context = toolContext(repository)
  if (before !== undefined) repository.write('a.txt', before)
  if (reads) await readFile.run({ path: 'a.txt', start_line: 1, line_count: 10 }, context)
  if (meanwhile !== undefined) repository.write('a.txt', meanwhile)
  const { text } = await writeFile.run({ path: 'a.txt', content }, context)
  return { text, content: readFileSync(join(repository.root, 'a.txt'), 'utf8') }
}

describe('write_file', () => {
  it.each([
    ['a new file', 'one\ntwo\n', {}, { text: 'Wrote a.txt, 2 lines.', content: 'one\ntwo\n' }],
    ['a new file, with the newline that was forgotten', 'one', {}, { text: 'Wrote a.txt, 1 line.', content: 'one\n' }],
    ['an empty file', '', {}, { text: 'Wrote a.txt, 0 lines.', content: '' }],
    [
      'over a file that was read',
      'new\n',
      { before: 'a\nb\n', reads: true },
      { text: 'Replaced a.txt: 2 lines before, 1 line now.', content: 'new\n' },
    ],
    ['over an empty file', 'new\n', { before: '' }, { text: 'Replaced a.txt: 0 lines before, 1 line now.', content: 'new\n' }],
    [
      'line ends of Windows where they were',
      'a\nc\n',
      { before: 'a\r\nb\r\n', reads: true },
      { text: 'Replaced a.txt: 2 lines before, 2 lines now.', content: 'a\r\nc\r\n' },
    ],
    [
      'a byte order mark where it was',
      'c\n',
      { before: '\ufeffa\n', reads: true },
      { text: 'Replaced a.txt: 1 line before, 1 line now.', content: '\ufeffc\n' },
    ],
    [
      'nothing where nothing would change',
      'a\n',
      { before: 'a\n', reads: true },
      { text: 'a.txt holds exactly this already.', content: 'a\n' },
    ],
  ])('writes %s', async (_name, content, scene, expected) => {
    expect(await write(content, scene)).toEqual(expected)
  })

  it.each([
    ['a file that was not read', 'x\n', { before: 'a\n' }, 'a.txt exists, and you have not read it. Read it first'],
    [
      'a file that has changed since',
      'x\n',
      { before: 'a\n', reads: true, meanwhile: 'b\n' },
      'a.txt has changed since you read it. Read it again.',
    ],
    ['a long file', 'x\n', { before: 'a\n'.repeat(401), reads: true }, 'a.txt has 401 lines, too many to be written anew.'],
    ['a binary file', 'x\n', { before: 'a\0' }, '"a.txt" is binary (2 bytes).'],
    ['a file in another encoding', 'x\n', { before: Uint8Array.of(0xe9, 0x0a) }, 'a.txt is not UTF-8'],
    [
      'text with a part left out',
      'a\n// ... rest of the file\n',
      { before: 'a\nb\n', reads: true },
      'The content leaves something out ("// ... rest")',
    ],
    ['too much', 'x'.repeat(2 ** 20 + 1), {}, '"a.txt" would have 1 MiB; at most 1 MiB are written.'],
  ])('refuses %s', async (_name, content, scene, message) => {
    await expect(write(content, scene)).rejects.toThrow(message)
  })

  it('knows what it has written itself', async () => {
    using repository = temporaryRepository()
    const context = toolContext(repository)
    await writeFile.run({ path: 'src/deep/a.ts', content: 'one\n' }, context)
    await writeFile.run({ path: 'src/deep/a.ts', content: 'two\n' }, context)
    expect(readFileSync(join(repository.root, 'src/deep/a.ts'), 'utf8')).toBe('two\n')
  })

  it('keeps the permissions of a script', async () => {
    using repository = temporaryRepository({ files: { 'run.sh': 'a\n' } })
    const path = join(repository.root, 'run.sh')
    chmodSync(path, 0o755)
    const context = toolContext(repository)
    await readFile.run({ path: 'run.sh', start_line: 1, line_count: 1 }, context)
    await writeFile.run({ path: 'run.sh', content: 'b\n' }, context)
    expect(statSync(path).mode & 0o777).toBe(0o755)
  })
})
