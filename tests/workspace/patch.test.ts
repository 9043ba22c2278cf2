import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChangedFile } from '../../src/domain/change.ts'
import { AppError } from '../../src/domain/errors.ts'
import { openDirectory } from '../../src/workspace/open-directory.ts'
import { parsePatchFiles } from '../../src/workspace/patch/read-patch.ts'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'
import { everything, inWorkspace, readSelected, summaryOf } from './read-with.ts'

const parse = (patch: string | Buffer) => parsePatchFiles(Buffer.from(patch as string), 2 ** 20)
const summaries = (patch: string | Buffer) =>
  summaryOf({ description: '', old: { kind: 'patch' }, new: { kind: 'patch' }, files: parse(patch) })

const small = 'diff --git a/a.txt b/a.txt\nindex 1111111..2222222 100644\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n'

/** Two commits with every kind of change that a patch can carry. */
function history(): TemporaryRepository {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\n`)
  const repository = temporaryRepository({
    files: {
      'a.txt': lines.join(''),
      'gone.txt': 'gone\nfor good\n',
      'moved.txt': lines.toReversed().join(''),
      'copied.txt': lines.map((line) => `copy ${line}`).join(''),
      'mode.sh': 'echo\n',
      'was file': 'content\n',
      'empty gone': '',
      'latin1.txt': Buffer.from('caf\xe9\n', 'latin1'),
      'binary.bin': Buffer.of(0, 1, 2),
      'space name.txt': 'a\n',
      'tab\tname ': 'a\n',
      'ü\n"q"\\': 'a\n',
      'b/x b/x': 'a\n',
      'crlf.txt': 'a\r\nb\r\n',
      'headers.txt': '-- a\n++ b\nx\n',
      'end.txt': 'a\nb',
    },
  })
  const write = (files: Record<string, string | Buffer>) => {
    for (const [path, content] of Object.entries(files)) repository.write(path, content)
  }
  for (const path of ['gone.txt', 'moved.txt', 'was file', 'empty gone']) rmSync(join(repository.root, path))
  symlinkSync('a.txt', join(repository.root, 'was file'))
  write({
    'a.txt': lines.with(3, 'changed\n').with(15, '').join(''),
    'there.txt': lines.toReversed().with(4, 'touched\n').join(''),
    'copied.txt': lines
      .map((line) => `copy ${line}`)
      .with(1, 'other\n')
      .join(''),
    'copy.txt': lines
      .map((line) => `copy ${line}`)
      .with(9, 'more\n')
      .join(''),
    'new.txt': 'new\n',
    'empty new': '',
    'latin1.txt': Buffer.from('caf\xe9s\n', 'latin1'),
    'binary.bin': Buffer.of(0, 1, 3),
    'space name.txt': 'b\n',
    'tab\tname ': 'b\n',
    'ü\n"q"\\': 'b\n',
    'b/x b/x': 'b\n',
    'crlf.txt': 'a\r\nB\r\n',
    'headers.txt': '--- a\n+++ b\n@@ -1 +1 @@\ndiff --git a/a b/a\n-- \nx\n',
    'end.txt': 'a\nc',
  })
  repository.git('update-index', '--add', '--cacheinfo', `160000,${repository.git('rev-parse', 'HEAD').trim()},module`)
  repository.git('add', '--all', '--', ':!module')
  repository.git('update-index', '--chmod=+x', 'mode.sh')
  repository.git('commit', '--quiet', '-m', 'Second\n\ndiff --git in the message\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n')
  return repository
}

describe('a patch of git', () => {
  it.each<[string, readonly string[]]>([
    ['git diff', ['diff', '-M', '-C', 'HEAD^', 'HEAD']],
    ['git diff --binary --full-index', ['diff', '-M', '-C', '--binary', '--full-index', 'HEAD^', 'HEAD']],
    ['git diff with unquoted names', ['-c', 'core.quotePath=false', 'diff', '-M', '-C', 'HEAD^', 'HEAD']],
    ['git diff --no-prefix', ['diff', '-M', '-C', '--no-prefix', 'HEAD^', 'HEAD']],
    ['git diff with mnemonic prefixes', ['-c', 'diff.mnemonicPrefix=true', 'diff', '-M', '-C', 'HEAD^', 'HEAD']],
    ['git diff with prefixes of its own', ['diff', '-M', '-C', '--src-prefix=old/', '--dst-prefix=new/', 'HEAD^', 'HEAD']],
    ['git show', ['show', '-M', '-C', 'HEAD']],
    ['git log -p', ['log', '-p', '-1', '-M', '-C', '--stat']],
    ['git format-patch', ['format-patch', '--stdout', '-M', '-C', '-1']],
  ])('from %s is the change of its commit', async (_name, args) => {
    using repository = history()
    const patch = repository.gitBytes(args)
    const change = await readSelected(repository, { kind: 'commit', rev: 'HEAD' })
    const known = change.files.map((file) => ({ ...file, size: null }))
    expect(parse(patch)).toEqual(known)
    expect(change.files).toHaveLength(19)
  })

  it('without context, in a series of mails, is one change', () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\nb\nc\n', 'b.txt': 'b\n' } })
    repository.commit('One', { 'a.txt': 'a\nB\nc\n' })
    repository.commit('Nothing')
    repository.commit('Two', { 'b.txt': 'B\n' })
    expect(summaries(repository.git('format-patch', '--stdout', '-U0', '--always', '-3'))).toEqual([
      'modified text a.txt +1 -1',
      'modified text b.txt +1 -1',
    ])
    expect(summaries(repository.git('format-patch', '--stdout', '--always', '-1', 'HEAD^'))).toEqual([])
    expect(summaries(repository.git('show', 'HEAD^'))).toEqual([])
  })

  it('may have been converted on its way', () => {
    const wanted = parse(small)
    expect(parse(small.replaceAll('\n', '\r\n'))).toEqual(wanted)
    expect(parse(`\ufeff${small}`)).toEqual(wanted)
    expect(parse(Buffer.from(`\ufeff${small}`, 'utf16le'))).toEqual(wanted)
    expect(parse(small.replace(' one', '').replace(/\n$/, ''))).toMatchObject([
      { hunks: [{ lines: [{ text: '' }, { text: 'two' }, { text: 'TWO' }] }] },
    ])
    expect(parse(small.replace('+TWO\n', '+TWO\r\n'))[0]?.hunks[0]?.lines.at(-1)?.text).toBe('TWO\r')
  })

  it('is left out per file when it is too large, and counted', () => {
    const [file] = parsePatchFiles(Buffer.from(small), 10)
    expect(file).toMatchObject({ hunks: [], omitted: 'its diff is larger than 10 bytes', addedLines: 1, removedLines: 1 })
  })
})

describe('a patch of diff -u', () => {
  it('between two folders has names from below them', () => {
    using repository = temporaryRepository()
    const before = join(repository.root, 'before/deep')
    const after = join(repository.root, 'after/deep')
    for (const folder of [before, after]) mkdirSync(folder, { recursive: true })
    writeFileSync(join(before, 'a b.txt'), 'one\ntwo\n')
    writeFileSync(join(after, 'a b.txt'), 'one\nTWO')
    writeFileSync(join(after, 'new.txt'), 'new\n')
    writeFileSync(join(before, 'gone.txt'), 'gone\n')
    writeFileSync(join(before, 'x.bin'), Buffer.of(0, 1))
    writeFileSync(join(after, 'x.bin'), Buffer.of(0, 2))
    const { stdout } = spawnSync('diff', ['-ruN', 'before', 'after'], {
      cwd: repository.root,
      env: { ...repository.environment, TZ: 'UTC' },
    })
    expect(summaries(stdout)).toEqual([
      'modified text deep/a b.txt +1 -1',
      'deleted text deep/gone.txt +0 -1',
      'added text deep/new.txt +1 -0',
      'modified binary deep/x.bin +0 -0',
    ])
    expect(parse(stdout).map(({ oldMode, newMode }) => [oldMode, newMode])).toContainEqual([null, '100644'])
  })

  it.each([
    [
      'one file beside its copy',
      '--- main.c.orig\t2024-01-01 00:00:00\n+++ main.c\t2024-01-02 00:00:00\n@@ -1 +1 @@\n-a\n+b\n',
      'modified text main.c +1 -1',
    ],
    ['svn', 'Index: a/b.c\n=====\n--- a/b.c\t(revision 1)\n+++ a/b.c\t(working copy)\n@@ -1 +1 @@\n-a\n+b\n', 'modified text a/b.c +1 -1'],
    [
      'hg',
      'diff -r 0123 -r 4567 b.c\n--- a/b.c\tThu Jan 01 1970\n+++ b/b.c\tFri Jan 02 1970\n@@ -1 +1 @@\n-a\n+b\n',
      'modified text b.c +1 -1',
    ],
    ['a new file', '--- /dev/null\n+++ b/sub/b.c\n@@ -0,0 +1 @@\n+b\n', 'added text sub/b.c +1 -0'],
    ['a deleted file', '--- a/sub/b.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n', 'deleted text sub/b.c +0 -1'],
    ['a quoted name', '--- "a/t\\303\\244\\tb"\n+++ "b/t\\303\\244\\tb"\n@@ -1 +1 @@\n-a\n+b\n', 'modified text tä\tb +1 -1'],
    [
      'a prefix of another length',
      'diff --git one/b.c another/b.c\nindex 1..2 100644\n--- one/b.c\n+++ another/b.c\n@@ -1 +1 @@\n-a\n+b\n',
      'modified text b.c +1 -1',
    ],
  ])('of %s has its name', (_name, patch, summary) => {
    expect(summaries(patch)).toEqual([summary])
  })
})

describe('what is not a whole patch', () => {
  it.each([
    ['prose', 'this is no patch\n', 'The patch holds no diff.'],
    ['bytes', Buffer.from([0x80, 0x81, 0xff, 0x00]), 'The patch holds no diff.'],
    ['a hunk without a file', '@@ -1 +1 @@\n-a\n+b\n', 'Line 1 of the patch starts a hunk, and no file is named before it.'],
    ['a truncated hunk', small.replace('+TWO\n', ''), 'Line 5 of the patch starts a hunk that ends too early: the patch is truncated.'],
    ['only a header', 'diff --git a/a b/a\n', 'Line 1 of the patch names a file, and nothing follows: the patch is truncated.'],
    [
      'only an index line',
      `${small}diff --git a/b b/b\nindex 111..222 100644\n`,
      'Line 9 of the patch names a file, and nothing follows: the patch is truncated.',
    ],
    [
      'a name alone',
      `${small}diff --git a/b b/b\nindex 111..222 100644\n--- a/b\n`,
      'Line 9 of the patch names a file, and nothing follows: the patch is truncated.',
    ],
    ['one line too many', `${small}+three\n`, 'Line 9 of the patch is one more than the header of its hunk announces.'],
    ['a line without a sign', small.replace('-two', 'two'), 'Line 7 of the patch is no line of a hunk, where its header announces more.'],
    [
      'counts of the other sign',
      small.replace('@@ -1,2 +1,2 @@', '@@ -1,1 +1,4 @@'),
      'Line 7 of the patch is one more than the header of its hunk announces.',
    ],
    ['a broken hunk header', small.replace('@@ -1,2 +1,2 @@', '@@ -1,x +1,2 @@'), 'Line 5 of the patch is not the header of a hunk.'],
    [
      'a file header without its second line',
      `${small}\n--- b\n@@ -1 +1 @@\n-a\n+b\n`,
      'Line 11 of the patch starts a hunk, and no file is named before it.',
    ],
    [
      'a combined diff',
      'diff --cc a.txt\nindex 1,2..3\n--- a/a.txt\n+++ b/a.txt\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n',
      'Line 1 of the patch belongs to the combined diff of a merge.',
    ],
    [
      'a mail that ends before its diff',
      'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nSubject: x\n\n---\n a.txt | 2 +-\n 1 file changed, 1 insertion(+)\n',
      'Line 6 of the patch sums up a diff that does not follow: the patch is truncated.',
    ],
    [
      'a mail that ends in its head',
      'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nSubject: x\n',
      'The patch holds no diff.',
    ],
    ['one file twice', small + small, 'The patch changes a.txt more than once.'],
    ['no name', 'diff --git\nold mode 100644\nnew mode 100755\n', 'The patch holds no diff.'],
    [
      'names that cannot be told apart',
      'diff --git one another\nold mode 100644\nnew mode 100755\n',
      'Line 1 of the patch does not say which file it is about.',
    ],
  ])('such as %s is refused with the place', (_name, patch, message) => {
    expect(() => parse(patch)).toThrow(
      expect.objectContaining({ code: 'PATCH_INVALID', exitCode: 2, message, hint: expect.any(String) as string }),
    )
  })

  it.each(['a/../../etc/passwd', '/etc/passwd', 'b/.git/config', '..'])('such as a change of %s is refused as outside', (path) => {
    expect(() => parse(`--- ${path}\n+++ ${path}\n@@ -1 +1 @@\n-a\n+b\n`)).toThrow(
      expect.objectContaining({ code: 'PATH_OUTSIDE_WORKSPACE', exitCode: 2 }),
    )
  })

  it('such as a file moved from outside is refused too', () => {
    const moved = 'diff --git a/x b/y\nsimilarity index 100%\nrename from ../x\nrename to y\n'
    expect(() => parse(moved)).toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE_WORKSPACE' }))
  })

  it('ends in an error of ours wherever it is cut, or in a part of the change', () => {
    using repository = history()
    const patch = repository.gitBytes(['diff', '-M', '-C', '--binary', '--full-index', 'HEAD^', 'HEAD'])
    const whole = parse(patch)
    fc.assert(
      fc.property(fc.nat(patch.length), fc.option(fc.nat(255)), (at, byte) => {
        const broken = Buffer.from(byte === null ? patch.subarray(0, at) : patch)
        if (byte !== null && at < broken.length) broken[at] = byte
        const files = outcome(broken)
        expect(files.length).toBeLessThanOrEqual(whole.length + 1)
      }),
      { numRuns: 1500 },
    )
  })
})

/** The files of a patch, or none where it is refused as a user would see it; any other error is one of the test. */
function outcome(patch: Buffer): ChangedFile[] {
  try {
    return parse(patch)
  } catch (error) {
    if (error instanceof AppError && error.exitCode === 2) return []
    throw error
  }
}

describe('where a patch comes from', () => {
  it('is a file beside the user, or standard input', async () => {
    using repository = temporaryRepository({ files: { 'sub/here.txt': 'x\n' } })
    repository.write('sub/my.patch', small)
    const fromFile = await inWorkspace(repository, (workspace) => workspace.readChange({ kind: 'patch', source: 'my.patch' }, everything), {
      directory: join(repository.root, 'sub'),
    })
    expect([fromFile.description, ...summaryOf(fromFile)]).toEqual(['patch my.patch', 'modified text a.txt +1 -1'])
    const fromInput = await readSelected(repository, { kind: 'patch', source: '-' }, { stdin: Readable.from([Buffer.from(small)]) })
    expect([fromInput.description, fromInput.files]).toEqual(['patch from standard input', fromFile.files])
    expect((await readSelected(repository, { kind: 'patch', source: '-' }, { stdin: Readable.from([]) })).files).toEqual([])
  })

  it('is refused when it is not there, too large, or no input at all', async () => {
    using repository = temporaryRepository()
    const read = (source: string, options = {}) => readSelected(repository, { kind: 'patch', source }, options)
    await expect(read('nope.patch')).rejects.toMatchObject({ code: 'PATCH_INVALID', message: expect.stringContaining('ENOENT') as string })
    await expect(read('.')).rejects.toMatchObject({ code: 'PATCH_INVALID' })
    await expect(read('-')).rejects.toMatchObject({ code: 'USAGE_INVALID' })
    const limits = { fileBytes: 10, totalBytes: 20 }
    await expect(read('-', { limits, stdin: Readable.from([Buffer.from(small)]) })).rejects.toMatchObject({
      message: 'The patch is larger than 20 bytes.',
    })
  })

  it('does not wait for silent input when the run is interrupted', async () => {
    using repository = temporaryRepository()
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const reading = readSelected(repository, { kind: 'patch', source: '-' }, { stdin: new PassThrough(), signal: controller.signal })
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })

  it('can be narrowed to paths', async () => {
    using repository = temporaryRepository()
    const stdin = () => Readable.from([Buffer.from(small + small.replaceAll('a.txt', 'sub/b.txt'))])
    const read = (paths: string[]) => readSelected(repository, { kind: 'patch', source: '-' }, { stdin: stdin(), paths })
    expect(summaryOf(await read(['sub']))).toEqual(['modified text sub/b.txt +1 -1'])
    await expect(read(['nope'])).rejects.toMatchObject({ code: 'USAGE_INVALID' })
  })
})

describe('a folder that is no repository', () => {
  it('is enough for a patch and the files beside it, and for nothing else', async () => {
    using repository = temporaryRepository()
    rmSync(join(repository.root, '.git'), { recursive: true })
    repository.write('a.txt', 'one\nTWO\n')
    const workspace = await openDirectory(repository.root)
    const change = await workspace.readChange({ kind: 'patch', source: '-' }, { ...everything, stdin: Readable.from([Buffer.from(small)]) })
    expect(summaryOf(change)).toEqual(['modified text a.txt +1 -1'])
    expect((await workspace.readFile({ kind: 'working' }, 'a.txt'))?.toString()).toBe('one\nTWO\n')
    expect([await workspace.readFile(change.new, 'a.txt'), await workspace.readFile({ kind: 'working' }, 'nope')]).toEqual([null, null])
    await expect(workspace.readFile({ kind: 'working' }, '../x')).rejects.toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE' })
    expect([workspace.gitDirectory, await workspace.listFiles({ kind: 'working' }), await workspace.readGitConfig('user.name')]).toEqual([
      null,
      [],
      null,
    ])
    const refusal = { code: 'NOT_A_REPOSITORY', exitCode: 2 }
    await expect(workspace.readChange({ kind: 'staged' }, everything)).rejects.toMatchObject(refusal)
    await expect(workspace.resolveCommit('HEAD')).rejects.toMatchObject(refusal)
    await workspace.close()
  })
})
