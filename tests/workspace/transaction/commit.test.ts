import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commitRun } from '../../../src/workspace/transaction/commit-run.ts'
import type { TemporaryRepository } from '../../helpers/git-repository.ts'
import { applyEdits, type Edit } from '../../helpers/transaction-edits.ts'
import { placeOf, signal, type TestPlace, testPlace, treeOf } from '../../helpers/transaction-place.ts'

const write = (path: string, content: string): Edit => ({ kind: 'write', path, content })
const message = 'feat: by the run\n\nWhy it was done.'

async function applyRun(place: TestPlace, edits: readonly Edit[]) {
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, edits)
  return transaction.apply()
}

/** Commits the run, and tells what the commit holds and what the user still has staged and not staged. */
async function commitAndTell(place: TestPlace, edits: readonly Edit[]) {
  const applied = await applyRun(place, edits)
  const tree = treeOf(place.user.root)
  const commit = await commitRun(applied, place, { message, signal })
  expect(treeOf(place.user.root)).toEqual(tree)
  const { user } = place
  expect(user.git('rev-parse', 'HEAD').trim()).toBe(commit)
  return {
    commit: user.git('show', '--format=%s', '--name-status', '--no-renames', 'HEAD').trim(),
    staged: user.git('diff', '--cached', '--name-status', '--no-renames').trim(),
    unstaged: user.git('diff', '--name-status', '--no-renames').trim(),
  }
}

const lines = (...changed: readonly [number, string][]) =>
  Array.from({ length: 30 }, (_, index) => `${changed.find(([at]) => at === index)?.[1] ?? `line ${index}`}\n`).join('')

it('commits the changed files and nothing else, with what is staged still staged', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c', 'd.txt': 'd' } })
  place.user.stage({ 'b.txt': 'staged', 'new.txt': 'staged' })
  place.user.write('c.txt', 'not staged')
  place.user.write('untracked.txt', 'not tracked')
  expect(await commitAndTell(place, [write('a.txt', 'run'), { kind: 'remove', path: 'd.txt' }, write('e/f.txt', 'run')])).toEqual({
    commit: 'feat: by the run\n\nM\ta.txt\nD\td.txt\nA\te/f.txt',
    staged: 'M\tb.txt\nA\tnew.txt',
    unstaged: 'M\tc.txt',
  })
  expect(place.user.git('log', '-1', '--format=%B|%an|%ce').trim()).toBe(`${message}\n|Ada Tester|ada@example.com`)
  expect(place.user.git('reflog', '-1', '--format=%gs').trim()).toBe('commit: feat: by the run')
  expect(place.user.git('fsck').trim()).toBe('')
})

it('commits a file that became a folder, one that became a program, and names of any kind', async () => {
  const place = await testPlace({ files: { file: 'x', 'folder/a.txt': 'a', 'run.sh': 'x' } })
  const edits: Edit[] = [
    { kind: 'replace', path: 'file/inside.txt', content: 'y' },
    { kind: 'replace', path: 'folder', content: 'z' },
    { kind: 'write', path: 'run.sh', content: 'x', isProgram: true },
    write('ü "quoted"\n.txt', 'q'),
  ]
  expect(await commitAndTell(place, edits)).toMatchObject({ staged: '', unstaged: '' })
  expect(place.user.git('ls-tree', '-r', '--format=%(objectmode) %(path)', 'HEAD').trim().split('\n')).toEqual([
    '100644 file/inside.txt',
    '100644 folder',
    '100755 run.sh',
    String.raw`100644 "\303\274 \"quoted\"\n.txt"`,
  ])
})

it("commits only the run's lines of a file that the user has changed too, staged or not", async () => {
  const place = await testPlace({ files: { 'a.txt': lines() } })
  place.user.stage({ 'a.txt': lines([5, 'staged']) })
  place.user.write('a.txt', lines([5, 'staged'], [25, 'not staged']))
  expect(await commitAndTell(place, [write('a.txt', lines([5, 'staged'], [15, 'by the run'], [25, 'not staged']))])).toEqual({
    commit: 'feat: by the run\n\nM\ta.txt',
    staged: 'M\ta.txt',
    unstaged: 'M\ta.txt',
  })
  expect(place.user.git('show', 'HEAD:a.txt')).toBe(lines([15, 'by the run']))
  expect(place.user.git('show', ':a.txt')).toBe(lines([5, 'staged'], [15, 'by the run']))
})

it.each<[string, (user: TemporaryRepository) => void, Edit]>([
  ['the same lines', (user) => user.write('a.txt', lines([15, 'mine'])), write('a.txt', lines([15, 'by the run']))],
  ['a file that is not committed yet', (user) => user.write('new.txt', 'mine'), write('new.txt', 'by the run')],
  [
    'a file that was staged with other content',
    (user) => user.stage({ 'a.txt': lines([15, 'staged']) }),
    write('a.txt', lines([15, 'run'])),
  ],
  ['a file that the user had changed and the run removed', (user) => user.write('a.txt', 'mine'), { kind: 'remove', path: 'a.txt' }],
  ['a file that the user had removed and the run made anew', (user) => rmSync(join(user.root, 'a.txt')), write('a.txt', 'by the run')],
  ['bytes that cannot be merged', (user) => user.write('a.bin', '\0 mine'), write('a.bin', '\0 by the run')],
])('commits nothing where run and user cannot be told apart: %s', async (_name, meddle, edit) => {
  const place = await testPlace({ files: { 'a.txt': lines(), 'a.bin': '\0', 'b.txt': 'b' } })
  meddle(place.user)
  const applied = await applyRun(place, [edit, write('b.txt', 'by the run')])
  const state = () => [place.user.git('rev-parse', 'HEAD'), readFileSync(join(place.user.root, '.git/index'))]
  const before = state()
  await expect(commitRun(applied, place, { message, signal })).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: expect.stringContaining(JSON.stringify(edit.path)),
  })
  expect(state()).toEqual(before)
  expect(existsSync(join(place.user.root, '.git/index.lock'))).toBe(false)
})

it('commits files as git would store them, whatever their line endings on disk', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a\nb\n', 'binary.bin': 'a\r\n', '.gitattributes': '*.bin -text\n' } })
  place.user.git('config', 'core.autocrlf', 'true')
  place.user.write('a.txt', 'a\r\nb\r\n')
  place.user.git('add', 'a.txt')
  expect(await commitAndTell(place, [write('a.txt', 'a\r\nB\r\n'), write('new.txt', 'x\r\n'), write('binary.bin', 'b\r\n')])).toEqual({
    commit: 'feat: by the run\n\nM\ta.txt\nM\tbinary.bin\nA\tnew.txt',
    staged: '',
    unstaged: '',
  })
  expect(['a.txt', 'new.txt', 'binary.bin'].map((path) => place.user.git('show', `HEAD:${path}`))).toEqual(['a\nB\n', 'x\n', 'b\r\n'])
})

it('keeps carriage returns in a file that was committed with them', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a\r\nb\r\n' } })
  place.user.git('config', 'core.autocrlf', 'true')
  expect(await commitAndTell(place, [write('a.txt', 'a\r\nB\r\n')])).toMatchObject({ staged: '', unstaged: '' })
  expect(place.user.git('show', 'HEAD:a.txt')).toBe('a\r\nB\r\n')
})

it('makes the first commit, in repositories of both kinds', async () => {
  for (const format of ['sha1', 'sha256']) {
    const place = await testPlace({ initArguments: [`--object-format=${format}`] })
    place.user.stage({ 'staged.txt': 'mine' })
    expect(await commitAndTell(place, [write('a.txt', 'run'), write('b/c.txt', 'run')])).toEqual({
      commit: 'feat: by the run\n\nA\ta.txt\nA\tb/c.txt',
      staged: 'A\tstaged.txt',
      unstaged: '',
    })
  }
})

it('makes the first commit where there is no index yet', async () => {
  const place = await testPlace()
  expect(await commitAndTell(place, [write('a.txt', 'run')])).toMatchObject({ staged: '', unstaged: '' })
})

it('commits on a detached HEAD and in a linked worktree', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  place.user.git('worktree', 'add', '-q', '-b', 'side', '../linked')
  place.user.git('checkout', '-q', '--detach')
  expect(await commitAndTell(place, [write('a.txt', 'run')])).toMatchObject({ staged: '', unstaged: '' })
  const linked = await placeOf(place.user, join(place.user.root, '../linked'))
  const applied = await applyRun(linked, [write('a.txt', 'other')])
  const commit = await commitRun(applied, linked, { message, signal })
  expect(place.user.git('rev-parse', 'side').trim()).toBe(commit)
  expect(place.user.git('-C', '../linked', 'status', '--porcelain')).toBe('')
})

it('runs no hook', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  const mark = join(place.user.root, '../hooked')
  for (const hook of ['pre-commit', 'commit-msg', 'post-commit', 'prepare-commit-msg', 'reference-transaction', 'post-index-change'])
    writeFileSync(join(place.user.root, '.git/hooks', hook), `#!/bin/sh\ntouch '${mark}'\nexit 1\n`, { mode: 0o755 })
  const applied = await applyRun(place, [write('a.txt', 'run')])
  expect(await commitRun(applied, place, { message, signal })).toMatch(/^[0-9a-f]{40}$/)
  expect(existsSync(mark)).toBe(false)
})

it('signs where the configuration says so, and says where that fails', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  const signer = join(place.user.root, '../signer')
  place.user.git('config', 'commit.gpgSign', 'true')
  place.user.git('config', 'user.signingKey', 'KEY')
  place.user.git('config', 'gpg.program', signer)
  const applied = await applyRun(place, [write('a.txt', 'run')])
  writeFileSync(signer, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const head = place.user.git('rev-parse', 'HEAD')
  await expect(commitRun(applied, place, { message, signal })).rejects.toMatchObject({
    code: 'GIT_FAILED',
    hint: expect.stringContaining('-S'),
  })
  expect(place.user.git('rev-parse', 'HEAD')).toBe(head)
  writeFileSync(signer, '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho SIGNATURE\n', { mode: 0o755 })
  await commitRun(applied, place, { message, signal })
  expect(place.user.git('cat-file', 'commit', 'HEAD')).toContain('gpgsig SIGNATURE')
})

it('takes the name from the configuration, and commits nothing without one', async () => {
  const named = await testPlace({ files: { 'a.txt': 'a' } })
  const environment = Object.fromEntries(
    Object.entries(named.repository.environment).filter(([name]) => !/^GIT_(AUTHOR|COMMITTER)_/.test(name)),
  )
  const place = { ...named, repository: { ...named.repository, environment } }
  const applied = await applyRun(place, [write('a.txt', 'run')])
  const head = named.user.git('rev-parse', 'HEAD')
  await expect(commitRun(applied, place, { message, signal })).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringContaining('who you are'),
  })
  expect(named.user.git('rev-parse', 'HEAD')).toBe(head)
  named.user.git('config', 'user.name', 'Config Ured')
  named.user.git('config', 'user.email', 'config@example.com')
  await commitRun(applied, place, { message, signal })
  expect(named.user.git('log', '-1', '--format=%an %ce').trim()).toBe('Config Ured config@example.com')
})

it('never loses a commit that somebody else makes meanwhile', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  const { user } = place
  const program = join(user.root, '../signer')
  user.git('config', 'commit.gpgSign', 'true')
  user.git('config', 'gpg.program', program)
  // Signing is the moment between the reading of HEAD and its move.
  const commit = `git -C '${user.root}' -c commit.gpgSign=false -c core.hooksPath=/dev/null commit-tree -p HEAD -m theirs 'HEAD^{tree}'`
  writeFileSync(
    program,
    `#!/bin/sh\ncat >/dev/null\ngit -C '${user.root}' update-ref HEAD "$(${commit})"\necho "[GNUPG:] SIG_CREATED " >&2\necho SIGNATURE\n`,
  )
  chmodSync(program, 0o755)
  const applied = await applyRun({ ...place }, [write('a.txt', 'run')])
  const index = readFileSync(join(user.root, '.git/index'))
  const environment = { ...place.repository.environment }
  await expect(
    commitRun(applied, { ...place, repository: { ...place.repository, environment } }, { message, signal }),
  ).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: expect.stringContaining('HEAD could not be moved'),
  })
  expect(user.git('log', '-1', '--format=%s').trim()).toBe('theirs')
  expect(readFileSync(join(user.root, '.git/index'))).toEqual(index)
})

it('waits for nobody who holds the index, and says so', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  const applied = await applyRun(place, [write('a.txt', 'run')])
  place.user.write('.git/index.lock', '')
  await expect(commitRun(applied, place, { message, signal })).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: expect.stringContaining('index.lock exists'),
  })
  expect(existsSync(join(place.user.root, '.git/index.lock'))).toBe(true)
})

it('has nothing to commit where the run changed only what git does not track, or nothing', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  place.user.write('untracked.txt', 'mine')
  const removed = await applyRun(place, [{ kind: 'remove', path: 'untracked.txt' }])
  expect(await commitRun(removed, place, { message, signal })).toBeNull()
  expect(await commitRun(await applyRun(place, []), place, { message, signal })).toBeNull()
  await expect(commitRun({ ...removed, id: '00000099-00000000' }, place, { message, signal })).rejects.toMatchObject({
    code: 'JOURNAL_UNUSABLE',
  })
})
