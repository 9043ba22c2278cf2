import { describe, expect, it } from 'vitest'
import { createOutputs } from '../../src/tools/outputs.ts'
import { readFile } from '../../src/tools/read-file.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

toolContract(readFile, {
  files: { 'src/a.ts': 'one\ntwo\n' },
  input: { path: 'src/a.ts', start_line: 1, line_count: 10 },
  pathFields: ['path'],
})

async function read(content: string | Uint8Array, input: Record<string, unknown> = {}, maxCharacters = 10_000) {
  using repository = temporaryRepository()
  repository.write('a.txt', content)
  const context = toolContext(repository, { outputs: createOutputs({ maxCharacters }) })
  const { text } = await readFile.run(readFile.input.parse({ path: 'a.txt', ...input }), context)
  return text
}

describe('read_file', () => {
  it('numbers the lines and says how many there are', async () => {
    expect(await read('one\n\tthree\n')).toBe('a.txt, lines 1-2 of 2:\n1| one\n2| \tthree')
  })

  it('reads a range and says how to go on', async () => {
    const text = await read('x\n'.repeat(1200), { start_line: 98, line_count: 3 })
    expect(text).toBe('a.txt, lines 98-100 of 1,200:\n 98| x\n 99| x\n100| x\n[1,100 more lines. To go on: read_file with start_line 101]')
  })

  it('shows no more lines at once than it says', async () => {
    const text = await read('x\n'.repeat(1200), { line_count: 5000 })
    expect(text.split('\n')).toHaveLength(402)
    expect(text).toContain('start_line 401]')
  })

  it('stops where a result would have to be shortened', async () => {
    const text = await read(`${'y'.repeat(99)}\n`.repeat(100), {}, 2000)
    expect(text.length).toBeLessThan(2000)
    expect(text).toMatch(/\[\d+ more lines\. To go on: read_file with start_line \d+\]$/)
  })

  it('shows one line even where it alone is too long', async () => {
    const text = await read('z'.repeat(5000), {}, 500)
    expect(text).toContain(`1| ${'z'.repeat(1000)} […4,000 more characters on this line]`)
  })

  it.each([
    ['an empty file', '', 'a.txt is empty.'],
    ['a file without a newline at its end', 'one', 'a.txt, lines 1-1 of 1:\n1| one'],
    ['line ends of Windows', 'one\r\ntwo\r\n', 'a.txt, lines 1-2 of 2:\n1| one\n2| two'],
    ['a byte order mark', '\ufeffone\n', 'a.txt, lines 1-1 of 1:\n1| one'],
    ['characters that nobody sees', 'a\u202eb\u001b[31m\u200b\n', 'a.txt, lines 1-1 of 1:\n1| a<U+202E>b␛[31m<U+200B>'],
    [
      'text that is not UTF-8',
      Uint8Array.of(0x63, 0xe9, 0x0a),
      'a.txt, lines 1-1 of 1:\n1| cé\n[The file is not UTF-8; it is shown as Latin-1.]',
    ],
  ])('shows %s', async (_name, content, expected) => {
    expect(await read(content)).toBe(expected)
  })

  it.each([
    ['a binary file', Uint8Array.of(1, 0, 2), {}, '"a.txt" is binary (3 bytes).'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), {}, '"a.txt" is UTF-16; only UTF-8 text is read.'],
    ['a line that is not there', 'one\n', { start_line: 2 }, 'a.txt has 1 line; line 2 is not there.'],
    ['a file that is not there', '', { path: 'b/A.txt' }, '"b/A.txt" does not exist. Did you mean "a.txt"?'],
    ['a folder', '', { path: '.' }, '"." is a folder, not a file.'],
  ])('refuses %s', async (_name, content, input, message) => {
    await expect(read(content, input)).rejects.toThrow(message)
  })

  it('remembers what the model has seen', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'one\n' } })
    const context = toolContext(repository)
    expect(context.seen.check('a.txt', Buffer.from('one\n'))).toBe('unseen')
    await readFile.run({ path: './a.txt', start_line: 1, line_count: 1 }, context)
    expect(context.seen.check('a.txt', Buffer.from('one\n'))).toBe('seen')
    expect(context.seen.check('a.txt', Buffer.from('two\n'))).toBe('changed')
  })
})
