import { describe, expect, it } from 'vitest'
import { findSymbol } from '../../src/tools/find-symbol.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

const files = {
  'src/port.ts':
    'export function parsePort(text: string): number {\n  return Number(text)\n}\n\nexport class Server {\n  open() {}\n  close() {}\n}\n',
  'src/file.ts': 'export class File {\n  open() {}\n}\n\nexport const maxFiles = 3\n',
  'src/use.ts': "import { parsePort } from './port.ts'\n\nparsePort('80')\n",
  'lib/port.py': 'def parse_port(text):\n    return int(text)\n\n\nclass ParsePort:\n    pass\n',
  'bin/tool': '#!/bin/bash\nparsePort() {\n  echo 1\n}\n',
  'notes.md': '# parsePort\n',
  'site.css': '.port > a {\n  color: red;\n}\n',
  'logo.ts': 'open\0',
  '.gitignore': 'built\n',
}

toolContract(findSymbol, { files, input: { name: 'parsePort', path: 'src', kind: 'any' }, pathFields: ['path'] })

async function find(input: Record<string, unknown>, more: Record<string, string> = {}): Promise<string> {
  using repository = temporaryRepository({ files: { ...files, ...more } })
  repository.write('built/port.ts', files['src/port.ts'])
  const { text } = await findSymbol.run(findSymbol.input.parse(input), toolContext(repository))
  return text
}

describe('find_symbol', () => {
  it('finds definitions in every language, and no uses', async () => {
    expect(await find({ name: 'parsePort' })).toBe(
      'bin/tool:2-4 function parsePort — parsePort()\nsrc/port.ts:1-3 function parsePort — export function parsePort(text: string): number',
    )
  })

  it('takes another case where no name is written like this', async () => {
    expect(await find({ name: 'PARSEPORT', path: 'lib' })).toBe('lib/port.py:5-6 class ParsePort — class ParsePort')
  })

  it('takes a part of a name where no name is this', async () => {
    expect(await find({ name: 'files' })).toBe('src/file.ts:5-5 constant maxFiles — export const maxFiles = 3')
  })

  it.each(['Server.open', 'Server#open', 'Server::open', 'Server.open()'])('tells members apart by what they are in: %s', async (name) => {
    expect(await find({ name })).toBe('src/port.ts:6-6 method Server.open — open()')
  })

  it('finds selectors', async () => {
    expect(await find({ name: '.port > a' })).toBe('site.css:1-3 selector .port > a — .port > a')
  })

  it('looks for one kind, and says what else there is', async () => {
    expect(await find({ name: 'open', kind: 'method', path: 'src/file.ts' })).toBe('src/file.ts:2-2 method File.open — open()')
    expect(await find({ name: 'maxFiles', kind: 'class' })).toBe(
      'No class called "maxFiles", but of another kind:\nsrc/file.ts:5-5 constant maxFiles — export const maxFiles = 3',
    )
  })

  it('suggests a name that is close', async () => {
    expect(await find({ name: 'parsePrt' })).toBe(
      [
        'No definition called "parsePrt" was found. Similar:',
        'bin/tool:2-4 function parsePort — parsePort()',
        'src/port.ts:1-3 function parsePort — export function parsePort(text: string): number',
      ].join('\n'),
    )
    expect(await find({ name: 'zzzzzzzz', path: 'src' })).toBe('No definition called "zzzzzzzz" was found in src.')
  })

  it('says what it left out', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `export function same() { return ${index} }`).join('\n')
    const text = await find({ name: 'same' }, { 'src/many.ts': many })
    expect(text.split('\n')).toHaveLength(51)
    expect(text).toContain('[10 more are not shown. Name a path or a kind.]')
    const uses = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`uses/${index}.ts`, 'wanted()\n']))
    expect(await find({ name: 'wanted' }, { ...uses, 'z.ts': 'function wanted() {}\n' })).toContain(
      '[2 more files with this name in it not looked at. Name a path.]',
    )
  })

  it.each([
    ['a path that is not there', { name: 'a', path: 'lib/prt.py' }, 'does not exist'],
    ['a name of two lines', { name: 'a\nb' }, 'A name is one line'],
    ['a name of nothing', { name: ' ' }, 'A name is one line'],
  ])('refuses %s', async (_name, input, message) => {
    await expect(find(input)).rejects.toThrow(message)
  })
})
