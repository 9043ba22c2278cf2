import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'
import { readAndCompare, inWorkspace, readSelected, summaryOf } from './read-with.ts'

const lines = (count: number, change: Record<number, string> = {}) =>
  Array.from({ length: count }, (_, index) => `${change[index + 1] ?? `line ${index + 1}`}\n`).join('')

const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** Content before and after, by name; null where the file does not exist. */
const contents: Record<string, readonly [string | Buffer | null, string | Buffer | null]> = {
  'plain.txt': [lines(30), lines(30, { 3: 'changed', 20: 'changed too' })],
  'with space.txt': ['a\n', 'b\n'],
  'trailing space ': ['a\n', 'b\n'],
  'tab\there': ['a\n', 'b\n'],
  'new\nline': ['a\n', 'b\n'],
  'quote"s': ['a\n', 'b\n'],
  'back\\slash': ['a\n', 'b\n'],
  '-dash': ['a\n', 'b\n'],
  '--output=pwned': ['a\n', 'b\n'],
  ':(top)magic': ['a\n', 'b\n'],
  'glob*[x]?': ['a\n', 'b\n'],
  'ünïcödé/文件.txt': ['a\n', 'b\n'],
  'b/a b/b': ['a\n', 'b\n'],
  'a b/a b': ['a\n', 'b\n'],
  'dev/null': ['a\n', 'b\n'],
  'bell\x07and\x7f': ['a\n', 'b\n'],
  'added.txt': [null, 'one\ntwo\n'],
  'deleted.txt': ['gone\nfor good\n', null],
  'becomes-empty.txt': ['one\n', ''],
  'was-empty.txt': ['', 'one\n'],
  'added-empty.txt': [null, ''],
  'deleted-empty.txt': ['', null],
  'no-newline-lost.txt': ['a\nb\n', 'a\nb'],
  'no-newline-gained.txt': ['a\nb', 'a\nb\n'],
  'no-newline-both.txt': ['a\nb', 'a\nc'],
  'no-newline-context.txt': ['a\nb', 'x\nb'],
  'crlf.txt': ['a\r\nb\r\nc\r\n', 'a\r\nB\r\nc\r\n'],
  'to-crlf.txt': ['a\nb\n', 'a\r\nb\r\n'],
  'lone-cr.txt': ['a\rb\rc\nd\n', 'a\rB\rc\nd\n'],
  'odd-separators.txt': ['a\fb\vc\u0085d\u2028e\u2029f\n', 'a\fb\vc\u0085D\u2028e\u2029f\ng\f\n'],
  'latin1.txt': [latin1('caf\xe9\nth\xe9\n'), latin1('caf\xe9s\nth\xe9\n')],
  'to-utf8.txt': [latin1('caf\xe9\n'), 'café\n'],
  'bom.txt': ['\ufeffa\n', '\ufeffb\n'],
  'headers.txt': ['-- a/x\n++ b/y\nx\n', '--- a/x\n+++ b/y\n@@ -1,2 +3,4 @@\ndiff --git a/x b/x\n\\ No newline at end of file\nx\n'],
  'removed-headers.txt': ['-- a\n++ b\n@@ -1 +1 @@\ndiff --git a b\nindex 1..2\nkeep\n', 'keep\n'],
  'blank-lines.txt': ['\n\n\na\n\n\n', '\n\n\nb\n\n\n'],
  'conflict.txt': ['a\n', '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n'],
  'long-line.txt': [`${'x'.repeat(900_000)}\n`, `${'x'.repeat(900_000)}y\n`],
  'heading.c': [`int f(${'é'.repeat(60)})\n{\n${lines(20)}}\n`, `int f(${'é'.repeat(60)})\n{\n${lines(20, { 15: 'changed' })}}\n`],
  'binary.bin': [Buffer.of(0, 1, 2, 3), Buffer.of(0, 1, 2, 4)],
  'to-binary.bin': ['text\n', Buffer.of(1, 0, 2)],
}

function nastyRepository(options: Parameters<typeof temporaryRepository>[0] = {}): TemporaryRepository {
  const repository = temporaryRepository(options)
  const write = (side: 0 | 1) => {
    for (const [name, sides] of Object.entries(contents)) {
      const content = sides[side]
      if (content === null) rmSync(join(repository.root, name), { force: true })
      else repository.write(name, content)
    }
  }
  write(0)
  repository.write('moved/from.txt', lines(20))
  repository.write('renamed only', lines(12, { 1: 'other' }))
  repository.write('copied.txt', lines(40, { 1: 'source' }))
  repository.write('script.sh', 'echo\n')
  repository.write('link-to-file', 'once a file\n')
  symlinkSync('plain.txt', join(repository.root, 'file-from-link'))
  symlinkSync('plain.txt', join(repository.root, 'link'))
  writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/`), latin1('l\xe4tin')]), 'a\n')
  repository.stage()
  repository.commit('Before')

  write(1)
  repository.write('moved/to "there".txt', lines(20, { 7: 'touched' }))
  repository.write('renamed b/only', lines(12, { 1: 'other' }))
  repository.write('copy.txt', lines(40, { 1: 'source', 30: 'copy' }))
  repository.write('copied.txt', lines(40, { 1: 'source', 5: 'source changed' }))
  chmodSync(join(repository.root, 'script.sh'), 0o755)
  for (const name of ['link-to-file', 'file-from-link', 'link', 'moved/from.txt', 'renamed only']) rmSync(join(repository.root, name))
  symlinkSync('a/target/without/newline', join(repository.root, 'link-to-file'))
  symlinkSync('elsewhere', join(repository.root, 'link'))
  repository.write('file-from-link', 'now a file\n')
  writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/`), latin1('l\xe4tin')]), 'b\n')
  repository.stage()
  addSubmodules(repository)
  return repository
}

function addSubmodules(repository: TemporaryRepository): void {
  const id = repository.git('rev-parse', 'HEAD').trim()
  repository.git('update-index', '--add', '--cacheinfo', `160000,${id},sub module`)
}

describe.each([
  ['sha1', []],
  ['sha256', ['--object-format=sha256']],
])('a corpus of nasty changes in a %s repository', (_format, initArguments) => {
  it('is read from the index as git keeps it', async () => {
    using repository = nastyRepository({ initArguments })
    const { change, problems } = await readAndCompare(repository, { kind: 'staged' }, ['--cached', 'HEAD'])
    expect(problems).toEqual([])
    expect(change.files.length).toBeGreaterThan(45)
    expect(new Set(change.files.map(({ status }) => status))).toEqual(
      new Set(['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed']),
    )
    expect(new Set(change.files.map(({ kind }) => kind))).toEqual(new Set(['text', 'binary', 'symlink', 'submodule']))
  })

  it('is read from commits, the first of them included', async () => {
    using repository = nastyRepository({ initArguments })
    const first = repository.git('rev-parse', 'HEAD').trim()
    const second = repository.commit('After')
    const empty = repository.gitBytes(['hash-object', '-t', 'tree', '--stdin'], { input: '' }).toString().trim()
    expect((await readAndCompare(repository, { kind: 'commit', rev: first }, [empty, first])).problems).toEqual([])
    expect((await readAndCompare(repository, { kind: 'commit', rev: 'HEAD' }, [first, second])).problems).toEqual([])
    expect((await readAndCompare(repository, { kind: 'range', from: second, to: first }, [second, first])).problems).toEqual([])
    expect((await readAndCompare(repository, { kind: 'base', ref: first }, [first, second])).problems).toEqual([])
  })

  it('gives back every file of both sides, whatever its name', async () => {
    using repository = nastyRepository({ initArguments })
    await inWorkspace(repository, async (workspace) => {
      const head = await workspace.resolveCommit('HEAD')
      for (const [name, [before, after]] of Object.entries(contents)) {
        const sides = [await workspace.readFile({ kind: 'commit', id: head }, name), await workspace.readFile({ kind: 'index' }, name)]
        expect([name, ...sides]).toEqual([name, ...[before, after].map((content) => (content === null ? null : Buffer.from(content)))])
      }
    })
  })
})

it('keeps names apart that are not valid UTF-8', async () => {
  using repository = temporaryRepository()
  for (const name of ['l\xe4tin', 'l\xc3\xa4tin']) writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/`), latin1(name)]), name)
  repository.stage()
  await inWorkspace(repository, async (workspace) => {
    const paths = await workspace.listFiles({ kind: 'index' })
    expect(paths).toEqual(['lätin', 'l\udce4tin'])
    const read = (kind: 'index' | 'working') => Promise.all(paths.map(async (path) => (await workspace.readFile({ kind }, path))?.length))
    expect([await read('index'), await read('working')]).toEqual([
      [8, 6],
      [8, 6],
    ])
  })
})

it('shows the lines that an attribute hides as binary', async () => {
  using repository = temporaryRepository({
    files: { 'hidden.ts': 'a\n', 'marked.ts': 'a\n', 'real.bin': Buffer.of(0, 1), 'moved.ts': lines(20) },
  })
  repository.git('mv', 'moved.ts', 'elsewhere.ts')
  repository.stage({
    '.gitattributes': '*.ts -diff\nmarked.ts binary\n',
    'hidden.ts': 'evil()\n',
    'marked.ts': 'evil()\n',
    'real.bin': Buffer.of(0, 2),
    'elsewhere.ts': lines(20, { 4: 'evil()' }),
  })
  const change = await readSelected(repository, { kind: 'staged' })
  expect(summaryOf(change)).toEqual([
    'added text .gitattributes +2 -0',
    'renamed text elsewhere.ts +1 -1',
    'modified text hidden.ts +1 -1',
    'modified text marked.ts +1 -1',
    'modified binary real.bin +0 -0',
  ])
  expect(change.files[1]?.hunks[0]?.lines.find(({ kind }) => kind === 'added')?.text).toBe('evil()')
})

it('counts the lines of files and of changes that are larger than the limits', async () => {
  using repository = temporaryRepository({ files: { 'b.txt': 'b\n' } })
  repository.stage({
    'a.txt': lines(90_000),
    'b.txt': `--- b\n+++ b\n${lines(5)}`,
    'c.txt': lines(2000),
    'd.txt': lines(30_000),
    'e.txt': 'e\n',
  })
  const limits = { fileBytes: 600_000, totalBytes: 610_000 }
  const change = await readSelected(repository, { kind: 'staged' }, { limits })
  expect(
    change.files.map(({ path, addedLines, removedLines, hunks, omitted }) => [path, addedLines, removedLines, hunks.length, omitted]),
  ).toEqual([
    ['a.txt', 90_000, 0, 0, 'its diff is larger than 600000 bytes'],
    ['b.txt', 7, 1, 1, null],
    ['c.txt', 2000, 0, 1, null],
    ['d.txt', 30_000, 0, 1, null],
    ['e.txt', 1, 0, 1, null],
  ])
  const small = await readSelected(repository, { kind: 'staged' }, { limits: { fileBytes: 600_000, totalBytes: 300_000 } })
  expect(small.files.map(({ omitted }) => omitted)).toEqual([
    'the diff of the whole change is larger than 300000 bytes',
    null,
    null,
    'the diff of the whole change is larger than 300000 bytes',
    null,
  ])
})
