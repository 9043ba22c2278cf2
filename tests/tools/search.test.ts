import { describe, expect, it } from 'vitest'
import { createOutputs } from '../../src/tools/outputs.ts'
import { search } from '../../src/tools/search.ts'
import { PathRefused } from '../../src/workspace/checkout.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { checkoutOf, toolContext } from './tool-context.ts'

toolContract(search, { files: { 'src/a.ts': 'one\n\u001b[31mtwo\n' }, input: { pattern: 'two', folder: 'src' }, pathFields: ['folder'] })

async function find(files: Record<string, string>, input: Record<string, unknown>, maxCharacters = 10_000) {
  using repository = temporaryRepository()
  for (const [path, content] of Object.entries(files)) repository.write(path, content)
  const context = toolContext(repository, { outputs: createOutputs({ maxCharacters }) })
  const { text } = await search.run(search.input.parse(input), context)
  return text
}

const files = {
  'src/a.ts': 'import x\nfoo(1)\n\nfoo(2)\nbar()\n',
  'src/b.test.ts': '\tfoo()\r\nend\r\n',
  'docs/c.md': 'FOO\n',
  '.env': 'foo=secret\n',
  'image.bin': 'foo\0',
  'node_modules/d.js': 'foo\n',
  '.gitignore': 'node_modules\n',
}

describe('search', () => {
  it.each([
    ['groups lines by file', { pattern: 'foo' }, '3 lines in 2 files:\nsrc/a.ts\n  2: foo(1)\n  4: foo(2)\nsrc/b.test.ts\n  1: \tfoo()'],
    ['looks into one folder', { pattern: 'foo', folder: 'docs', ignore_case: true }, '1 line in 1 file:\ndocs/c.md\n  1: FOO'],
    ['looks into one file', { pattern: 'b..\\(', folder: 'src/a.ts' }, '1 line in 1 file:\nsrc/a.ts\n  5: bar()'],
    ['looks into files like a glob', { pattern: 'foo', glob: '*.test.ts' }, '1 line in 1 file:\nsrc/b.test.ts\n  1: \tfoo()'],
    ['takes text as it is', { pattern: 'foo(1)', is_regex: false }, '1 line in 1 file:\nsrc/a.ts\n  2: foo(1)'],
    ['takes an option for a pattern', { pattern: '--files' }, 'No line matches "--files".'],
    ['says where nothing was found', { pattern: 'zzz', folder: 'src', glob: '*.ts' }, 'No line matches "zzz" in src in files like *.ts.'],
    [
      'shows the lines around, each once',
      { pattern: 'foo', folder: 'src/a.ts', context_lines: 1 },
      '2 lines in 1 file:\nsrc/a.ts\n  1- import x\n  2: foo(1)\n  3- \n  4: foo(2)\n  5- bar()',
    ],
  ])('%s', async (_name, input, expected) => {
    expect(await find(files, input)).toBe(expected)
  })

  it('cuts long lines', async () => {
    expect(await find({ 'a.js': `${'x'.repeat(5000)}needle` }, { pattern: 'needle' })).toBe(
      `1 line in 1 file:\na.js\n  1: ${'x'.repeat(300)}…`,
    )
  })

  it('shows at most a hundred lines and says how to narrow it', async () => {
    const text = await find({ 'a.txt': 'x\n'.repeat(150), 'b.txt': 'x\n' }, { pattern: 'x' })
    expect(text.split('\n')).toHaveLength(103)
    expect(text).toMatch(/^151 lines in 2 files:/)
    expect(text).toMatch(/\[51 more are not shown\. Narrow it: a longer pattern, a folder or a glob\.\]$/)
  })

  it('shows no more than fits into a result', async () => {
    const text = await find({ 'a.txt': `${'x'.repeat(100)}\n`.repeat(90), 'b.txt': 'x\n' }, { pattern: 'x' }, 2000)
    expect(text.length).toBeLessThan(2000)
    expect(text).toMatch(/\[\d+ more are not shown/)
  })

  it.each([
    [{ pattern: 'a(b' }, 'a group in it is not closed'],
    [{ pattern: 'x', folder: 'scr' }, '"scr" does not exist.'],
    [{ pattern: 'a\nb' }, 'A pattern cannot hold a line break'],
    [{ pattern: 'x', glob: '@(a)' }, 'too complicated'],
  ])('refuses %j', async (input, message) => {
    await expect(find(files, input)).rejects.toThrow(message)
  })

  it('shows no text of a file that went away meanwhile', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'needle\n' } })
    const checkout = checkoutOf(repository)
    const refused = async () => {
      throw new PathRefused('It is gone.')
    }
    const broken = async () => {
      throw new Error('The disk is broken.')
    }
    const found = (read: () => Promise<Buffer>) =>
      search.run(search.input.parse({ pattern: 'needle' }), toolContext(repository, { checkout: { ...checkout, read } }))
    expect(await found(refused)).toEqual({ text: '1 line in 1 file:\na.txt\n' })
    await expect(found(broken)).rejects.toThrow('The disk is broken.')
  })
})
