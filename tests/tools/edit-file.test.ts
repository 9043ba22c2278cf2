import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { editFile } from '../../src/tools/edit-file.ts'
import { readFile } from '../../src/tools/read-file.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

toolContract(editFile, {
  files: { 'a.txt': 'one\ntwo\n' },
  input: { path: 'a.txt', search: 'one\n', replace: 'ONE\n' },
  pathFields: ['path'],
})

async function edit(before: string | Uint8Array, search: string, replace: string) {
  using repository = temporaryRepository()
  repository.write('a.txt', before)
  const { text, data } = await editFile.run({ path: 'a.txt', search, replace }, toolContext(repository))
  return { text, data, content: readFileSync(join(repository.root, 'a.txt'), 'utf8') }
}

describe('edit_file', () => {
  it('changes the lines and shows what stands there now', async () => {
    expect(await edit('one\ntwo\nthree\nfour\nfive\n', 'three\n', 'THREE\nmore\n')).toEqual({
      text: 'Edited a.txt, lines 3-4.\n1| one\n2| two\n3| THREE\n4| more\n5| four\n6| five',
      data: { level: 'exact', startLine: 3, endLine: 4 },
      content: 'one\ntwo\nTHREE\nmore\nfour\nfive\n',
    })
  })

  it.each([
    ['one line', 'a\nb\n', 'a', 'x', 'Edited a.txt, line 1.\n1| x\n2| b'],
    ['a deletion', 'a\nb\nc\n', 'b\n', '', 'Edited a.txt, lines were removed before line 2.\n1| a\n2| c'],
    ['the deletion of everything', 'a\n', 'a\n', '', 'Edited a.txt, which is empty now.'],
    [
      'indentation that differed',
      '  a\n  b\n',
      'a\nb\n',
      'a\nc\n',
      'Edited a.txt, line 2. SEARCH differed from the file in indentation; REPLACE was indented likewise.\n1|   a\n2|   c',
    ],
    ['hidden characters, visibly', 'a\u001b[31m\nb\n', 'b\n', 'c\n', 'Edited a.txt, line 2.\n1| a\u241b[31m\n2| c'],
  ])('tells of %s', async (_name, before, search, replace, expected) => {
    expect((await edit(before, search, replace)).text).toBe(expected)
  })

  it('shows a long change in part, and how to see the rest', async () => {
    const { text } = await edit('a\n', 'a\n', 'b\n'.repeat(100))
    expect(text.split('\n')).toHaveLength(62)
    expect(text).toContain('[40 more changed lines: read_file with start_line 61]')
  })

  it.each([
    [
      'what stands in two places',
      'a\nb\na\n',
      'a\n',
      'SEARCH fits a.txt in several places: lines 1, 3. Nothing was changed. Add lines before or after, until it fits one.',
    ],
    [
      'what is not there, with the lines that were probably meant',
      'function parse(text) {\n  return 1\n}\n',
      'function parse(value) {\n  return 1\n}\n',
      'SEARCH does not stand in a.txt. Nothing was changed. Did you mean these lines? Copy them exactly:\n1| function parse(text) {\n2|   return 1\n3| }',
    ],
    [
      'what is like nothing there',
      'a\n',
      'zebra\n',
      'SEARCH does not stand in a.txt, nor anything like it. Nothing was changed. Read the file again.',
    ],
    ['nothing', 'a\n', '', 'SEARCH is empty, and a.txt is not. Quote the lines to change, with a line before and after them.'],
    ['what says so already', 'new\n', 'new\n', 'REPLACE says what a.txt says already. Nothing was changed.'],
    [
      'what was done before',
      'new\nold\n',
      'zebra\n',
      'a.txt has the lines of REPLACE already, so this edit seems to be done. Nothing was changed.',
    ],
    [
      'half a word',
      'newest\n',
      'new',
      'Nothing was changed in a.txt, line 1: SEARCH begins or ends inside a word of the file. Copy the lines exactly:\n1| newest',
    ],
    [
      'a file that is not UTF-8',
      Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a]),
      'caf',
      'a.txt is not UTF-8, and writing it would change every line with another letter. It was left alone.',
    ],
    ['a binary file', Buffer.from([1, 0, 2]), 'a', '"a.txt" is binary (3 bytes).'],
  ])('refuses %s', async (name, before, search, message) => {
    const replace = name === 'half a word' ? 'old' : 'new\n'
    await expect(edit(before, search, replace)).rejects.toThrow(new Error(message))
  })

  it('refuses what no file can hold', async () => {
    await expect(edit('a\n', 'a\n', '\ud800\n')).rejects.toThrow('half a character')
  })

  it('keeps byte order mark, line ends, the missing last newline and the mode', async () => {
    using repository = temporaryRepository()
    repository.write('run.sh', '\ufeffa\r\nb\nc')
    const file = join(repository.root, 'run.sh')
    chmodSync(file, 0o755)
    await editFile.run({ path: 'run.sh', search: 'a\nb', replace: 'A\nB\n$&' }, toolContext(repository))
    expect({ text: readFileSync(file, 'utf8'), mode: statSync(file).mode & 0o777 }).toEqual({ text: '\ufeffA\r\nB\n$&\nc', mode: 0o755 })
  })

  it('knows the file as well as before, and no better', async () => {
    using repository = temporaryRepository()
    const context = toolContext(repository)
    for (const path of ['read.txt', 'unread.txt']) repository.write(path, 'a\nb\n')
    await readFile.run({ path: 'read.txt', start_line: 1, line_count: 10 }, context)
    for (const path of ['read.txt', 'unread.txt']) await editFile.run({ path, search: 'a\n', replace: 'x\n' }, context)
    const states = ['read.txt', 'unread.txt'].map((path) => context.seen.check(path, readFileSync(join(repository.root, path))))
    expect(states).toEqual(['seen', 'unseen'])
  })
})
