import { execFileSync } from 'node:child_process'
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGit } from '../../src/workspace/git.ts'
import { findProgram } from '../../src/workspace/find-program.ts'
import { matchReader } from '../../src/workspace/match-reader.ts'
import { commonPattern } from '../../src/workspace/search-pattern.ts'
import type { SearchQuestion } from '../../src/workspace/search-question.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'
import { checkoutOf } from '../tools/tool-context.ts'

const signal = new AbortController().signal
const whole = { isRegex: true, ignoreCase: false, isWanted: () => true, signal }
const ripgrep = findProgram('rg', { environment: process.env, notBelow: '/nowhere' })
const program = {
  rg: (repository: TemporaryRepository) => checkoutOf(repository),
  // Without a PATH to look in, there is no ripgrep.
  git: (repository: TemporaryRepository) => checkoutOf(repository, { environment: {} }),
}

async function ask(which: keyof typeof program, repository: TemporaryRepository, question: Partial<SearchQuestion>) {
  try {
    const { matches } = await program[which](repository).search({ pattern: 'x', ...whole, ...question })
    return matches.map(({ path, line }) => `${path}:${line}`)
  } catch (error) {
    return (error as Error).message
  }
}

it('finds ripgrep where tests of both programs are wanted', ({ skip }) => {
  if (ripgrep === null && process.env.CI !== 'true') skip('ripgrep (rg) is not installed')
  expect(ripgrep).toMatch(/rg(\.exe)?$/)
})

describe.each(['rg', 'git'] as const)('a search with %s', (which) => {
  const skipped = which === 'rg' && ripgrep === null

  it.skipIf(skipped)('finds lines in what git tracks or does not ignore, and in nothing else', async () => {
    using repository = temporaryRepository({
      files: {
        'src/a.ts': 'no\nneedle\n',
        'forced.log': 'needle\n',
        '.gitignore': '*.log\n',
        '.hidden/b': 'needle',
        'c d/é.ts': 'needle\n',
      },
    })
    const untracked = {
      'new.ts': 'needle\r\nneedle',
      'other.log': 'needle\n',
      '.env': 'needle\n',
      'image.png': 'needle\0',
      'late.bin': `${'x'.repeat(9000)}\0\nneedle\n`,
    }
    for (const [path, content] of Object.entries(untracked)) repository.write(path, content)
    for (const [name, content] of [
      ['.ignore', '*\n'],
      ['.rgignore', '*\n'],
    ] as const)
      repository.write(name, content)
    repository.write('latin1.txt', Buffer.from('caf\xe9 needle\n', 'latin1'))
    repository.write('utf16.txt', Buffer.from('needle\n', 'utf16le'))
    const outside = join(dirname(repository.root), 'outside.txt')
    writeFileSync(outside, 'needle\n')
    symlinkSync(outside, join(repository.root, 'link.txt'))
    symlinkSync('src', join(repository.root, 'linked'))
    execFileSync('mkfifo', [join(repository.root, 'pipe')])
    expect(await ask(which, repository, { pattern: 'needle' })).toEqual([
      '.hidden/b:1',
      'c d/é.ts:1',
      'forced.log:1',
      'late.bin:2',
      'latin1.txt:1',
      'new.ts:1',
      'new.ts:2',
      'src/a.ts:2',
    ])
  })

  it.skipIf(skipped)('takes a pattern for data', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': '--pre=x\n-f\n$(touch pwned)\n;ls\n' } })
    const asked = ['--pre=x', '-f', '$(touch pwned)', ';ls']
    const answers = await Promise.all(asked.map((pattern) => ask(which, repository, { pattern, isRegex: false })))
    expect(answers).toEqual([['a.txt:1'], ['a.txt:2'], ['a.txt:3'], ['a.txt:4']])
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  it.skipIf(skipped)('does not follow a folder that was exchanged for a link', async () => {
    using repository = temporaryRepository({ files: { 'src/a.ts': 'needle\n' } })
    repository.write('../outside/a.ts', 'needle\n')
    execFileSync('rm', ['-r', join(repository.root, 'src')])
    symlinkSync('../outside', join(repository.root, 'src'))
    expect(await ask(which, repository, { pattern: 'needle' })).toEqual([])
  })

  it.skipIf(skipped)('stops when it is interrupted', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'x\n' } })
    const interrupted = AbortSignal.abort(new Error('interrupted'))
    expect(await ask(which, repository, { signal: interrupted })).toBe('interrupted')
  })

  it.skipIf(skipped)('ends after very many lines and says so', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'x\n'.repeat(25_000) } })
    const { matches, isComplete } = await program[which](repository).search({ pattern: 'x', ...whole })
    expect([matches.length, isComplete]).toEqual([20_000, false])
  })

  it.skipIf(skipped)('searches more files than one command line can name', async () => {
    using repository = temporaryRepository()
    const folder = 'a-folder-with-quite-a-long-name-so-that-paths-are-long'
    for (let count = 0; count < 2500; count++) repository.write(`${folder}/${count}.txt`, count % 500 === 0 ? 'needle\n' : 'hay\n')
    expect(await ask(which, repository, { pattern: 'needle' })).toEqual([0, 1000, 1500, 2000, 500].map((name) => `${folder}/${name}.txt:1`))
  })
})

const questions = [
  [
    'foo',
    'Foo',
    'f.o',
    'fo+',
    'fo*',
    '^foo',
    'foo$',
    '^$',
    '^\\s*$',
    '\\bfoo\\b',
    '\\Bo',
    '[a-c]',
    '[^a-z]',
    '[]]',
    '[^]]',
    '[\\w.-]',
    '[-a]',
    '[[:alpha:]]+',
    'a|b',
  ],
  [
    '(foo|bar)x?',
    '(?:foo)+',
    'o{2}',
    'o{2,}',
    'o{1,2}?',
    'x{',
    '{',
    '}',
    ']',
    'function foo\\(\\) {',
    '\\d+',
    '\\D',
    '\\s',
    '\\S',
    '\\W',
    '\\.',
    '\\/',
    '\\"',
    '\\-',
    "\\'",
  ],
  [
    'ä',
    'Ä',
    'ä+',
    '(ä|ö)',
    '漢',
    '🙂',
    '.🙂',
    'é$',
    '\\t',
    '\\r',
    'foo\\s*$',
    'a.*z',
    'a.*?z',
    '.',
    '',
    'x{0}',
    '(a|)',
    '()',
    'a||b',
    '$',
    '^',
    '\\\\',
    '\\$',
    '\\^x',
  ],
  // What both refuse.
  [
    '(',
    ')',
    '[',
    'a{2000}',
    '*a',
    '+',
    '?x',
    'a**',
    'a++',
    '(?=x)',
    '(?i)x',
    '(?<n>x)',
    '\\1',
    '\\K',
    '\\n',
    '\\<foo',
    '[z-a]',
    '[ä]',
    '[\\b]',
    '(*UTF)x',
    '\\',
    '[[:foo:]]',
  ],
].flat()
const lines = [
  [
    'foo',
    'Foo bar',
    '  foo()',
    'function foo() {',
    '}',
    '',
    '   ',
    'a.b/c-d',
    '"quoted" \'too\'',
    'x{',
    ']',
    '[a]',
    'ä',
    'Ärger',
    'caf\u00e9',
    '漢字',
    'z🙂',
    '\ttab',
    '$1 ^x',
    'C:\\path',
  ],
  ['12 + 3', 'a\u2028b', 'aXz', 'ooo', 'bar', '-'],
].flat()

describe.skipIf(ripgrep === null)('ripgrep and git', () => {
  const content = fc
    .array(fc.constantFrom(...lines), { maxLength: 12 })
    .chain((chosen) => fc.constantFrom('\n', '\r\n').map((end) => chosen.join(end)))
  const path = fc.constantFrom('a.txt', 'src/b.ts', 'src/deep/c d.md', 'ä.txt', '.d', 'e.log')

  it('find the same for every one of many questions', { timeout: 300_000 }, async () => {
    using repository = temporaryRepository({ files: { 'a.txt': lines.join('\n'), 'b.txt': lines.toReversed().join('\r\n') } })
    repository.write('c.txt', Buffer.from('caf\xe9 foo\nf\xe9o\n', 'latin1'))
    for (const pattern of questions) {
      for (const question of [{ pattern }, { pattern, ignoreCase: true }, { pattern, isRegex: false }]) {
        if (question.isRegex === false && pattern === '') continue
        const answers = { rg: await ask('rg', repository, question), git: await ask('git', repository, question) }
        expect({ question, ...answers }).toEqual({ question, rg: answers.git, git: answers.git })
      }
    }
  })

  it('find the same in any small tree', { timeout: 600_000 }, async () => {
    const files = fc.dictionary(path, content, { minKeys: 1, maxKeys: 5, noNullPrototype: true })
    await fc.assert(
      fc.asyncProperty(files, files, fc.constantFrom(...questions), fc.boolean(), async (tracked, untracked, pattern, ignoreCase) => {
        using repository = temporaryRepository({ files: tracked })
        for (const [name, text] of Object.entries({ ...untracked, '.gitignore': '*.log\n' })) repository.write(name, text)
        const answers = {
          rg: await ask('rg', repository, { pattern, ignoreCase }),
          git: await ask('git', repository, { pattern, ignoreCase }),
        }
        expect(answers.rg).toEqual(answers.git)
      }),
      { numRuns: process.env.SOAK === '1' ? 1000 : 25 },
    )
  })

  it('find the same for any pattern that is taken, or refuse it both', { timeout: 600_000 }, async () => {
    using repository = temporaryRepository({ files: { 'a.txt': lines.join('\n'), 'b.txt': 'aa\nab\nabab\n(a)\n[b]\na+b\n{2}\n' } })
    const piece = fc.constantFrom(
      ...'ab().*+?[]{}^$|\\-,2:'.split(''),
      '[a',
      'a-b]',
      '\\w',
      '\\d',
      '{1,2}',
      '(?:',
      'ä',
      '[^',
      '\\.',
      '[:alpha:]',
      '&&',
      '~~',
      '--',
    )
    const pattern = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(pattern, fc.boolean(), async (text, ignoreCase) => {
        const rg = await ask('rg', repository, { pattern: text, ignoreCase })
        const git = await ask('git', repository, { pattern: text, ignoreCase })
        expect(typeof rg === 'string' ? 'refused' : rg).toEqual(typeof git === 'string' ? 'refused' : git)
      }),
      { numRuns: process.env.SOAK === '1' ? 3000 : 150 },
    )
  })
})

/** A program of this name that does what a script says, in a folder of its own. */
function standIn(name: string, script: string) {
  const folder = temporaryFolder({ [name]: `#!/bin/sh\n${script}\n` })
  chmodSync(join(folder.path, name), 0o755)
  return { PATH: `${folder.path}${delimiter}${process.env.PATH}`, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

describe('a search that cannot be made', () => {
  it('ends when its time is over', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'x\n' } })
    using slow = standIn('rg', 'exec sleep 600')
    const checkout = checkoutOf(repository, { environment: { PATH: slow.PATH }, searchTimeout: 200 })
    await expect(checkout.search({ pattern: 'x', ...whole })).rejects.toThrow('The search took longer than 0.2 seconds. Name a folder')
  })

  it('tells what ripgrep has against a pattern, and bears with files that it cannot read', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'x\n' } })
    using complaining = standIn('rg', 'echo "regex parse error: no" >&2; exit 2')
    using silent = standIn('rg', 'exit 2')
    const found = ({ PATH }: { PATH: string }) => checkoutOf(repository, { environment: { PATH } }).search({ pattern: 'x', ...whole })
    await expect(found(complaining)).rejects.toThrow('The pattern cannot be used: regex parse error: no')
    expect(await found(silent)).toEqual({ matches: [], isComplete: true })
  })

  it('looks for text with a git that has no regular expressions of the common kind, and says so of others', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'x.y\nxzy\n' } })
    const poor =
      'case "$*" in *--perl-regexp*) echo "fatal: cannot use Perl-compatible regexes when not compiled with USE_LIBPCRE" >&2; exit 128;; esac'
    using git = standIn('git', `${poor}\nPATH=\${PATH#*:} exec git "$@"`)
    const checkout = checkoutOf(repository, {
      environment: {},
      git: createGit(repository.root, { ...repository.environment, PATH: git.PATH }),
    })
    const question = { pattern: 'x.y', ...whole }
    expect((await checkout.search({ ...question, isRegex: false })).matches).toEqual([{ path: 'a.txt', line: 1 }])
    await expect(checkout.search(question)).rejects.toThrow('Install ripgrep, or set is_regex to false.')
  })

  it('ends the run where git is broken', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'x\n' } })
    using git = standIn('git', 'case "$*" in *" grep "*) echo "fatal: bad object HEAD" >&2; exit 128;; esac\nPATH=${PATH#*:} exec git "$@"')
    const checkout = checkoutOf(repository, {
      environment: {},
      git: createGit(repository.root, { ...repository.environment, PATH: git.PATH }),
    })
    await expect(checkout.search({ pattern: 'x', ...whole })).rejects.toMatchObject({ code: 'GIT_FAILED' })
  })

  it('is not for files that are too large to be shown', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'needle\n', 'large.txt': `needle\n${'x'.repeat(9 * 2 ** 20)}` } })
    expect(await ask('git', repository, { pattern: 'needle' })).toEqual(['a.txt:1'])
    if (ripgrep !== null) expect(await ask('rg', repository, { pattern: 'needle' })).toEqual(['a.txt:1'])
  })

  it('costs a hostile pattern no more than its own answer', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': `${'a'.repeat(5000)}b\n` } })
    const answers = await Promise.all((['rg', 'git'] as const).map((which) => ask(which, repository, { pattern: '(a+)+(a+)+c$' })))
    for (const answer of answers) expect(Array.isArray(answer) || /pattern cannot be used|took longer/.test(answer)).toBe(true)
  })
})

describe('a pattern', () => {
  it.each([
    ['foo(', 'a group in it is not closed'],
    ['a)b', 'it closes a group that was not opened'],
    ['*.ts', 'there is nothing for * to repeat'],
    ['a++', 'it repeats a repetition (+)'],
    ['(?!x)', '(?!x is not supported'],
    ['\\1', '\\1 is not supported'],
    ['\\n', '\\n never matches: the search goes line by line'],
    ['[a', 'a [ in it is not closed'],
    ['[ä]', 'ä cannot stand between [ and ]'],
    ['[\\b]', '\\b is not supported between [ and ]'],
    ['[z-a]', 'the range z-a goes backwards'],
    ['^*', 'there is nothing for * to repeat'],
    ['a{1001}', 'it repeats something more than 1000 times'],
  ])('%j is refused with a reason', (pattern, message) => {
    expect(() => commonPattern(pattern)).toThrow(`The pattern ${JSON.stringify(pattern)} cannot be used: ${message}. `)
  })
})

it('reads matches from pieces of any size', () => {
  const text = Buffer.concat([Buffer.from('a b\x003:text: with \0 in it\né\0'), Buffer.from('12:\n')])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }), (sizes) => {
      const read = matchReader(0x3a)
      const found = []
      let at = 0
      for (const size of [...sizes, text.length]) {
        found.push(...read(text.subarray(at, at + size)))
        at += size
      }
      expect(found).toEqual([
        { path: 'a b', line: 3 },
        { path: 'é', line: 12 },
      ])
    }),
  )
})

it('takes a program only from an absolute folder of PATH that is not in the tree', () => {
  using folder = temporaryFolder({ 'tree/bin/rg': '', 'good/rg': '', 'plain/rg': '' })
  for (const name of ['tree/bin/rg', 'good/rg']) chmodSync(join(folder.path, name), 0o755)
  const inPath = (...names: string[]) =>
    findProgram('rg', { environment: { PATH: names.join(delimiter) }, notBelow: join(folder.path, 'tree') })
  const [tree, good, plain] = ['tree/bin', 'good', 'plain'].map((name) => join(folder.path, name)) as [string, string, string]
  symlinkSync(join(tree, 'rg'), join(folder.path, 'rg'))
  expect([inPath(tree), inPath('.', 'good'), inPath(plain, folder.path, good), inPath('')]).toEqual([null, null, join(good, 'rg'), null])
})
