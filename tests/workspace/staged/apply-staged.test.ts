import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  promises,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { discoverRepository } from '../../../src/workspace/discover-repository.ts'
import { applyStaged } from '../../../src/workspace/staged/apply-staged.ts'
import { gitState, signal, treeOf } from '../../helpers/transaction-place.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { beginFix, fixStaged, type StagedTestPlace, stagedPlace, stagedPlaceOf } from './staged-place.ts'

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('')
const ten = (changes: Record<number, string> = {}) => lines(...Array.from({ length: 10 }, (_, at) => changes[at] ?? `line ${at}`))

const staged = ({ user }: StagedTestPlace, path: string) => user.gitBytes(['cat-file', 'blob', `:${path}`]).toString('latin1')
const onDisk = ({ user }: StagedTestPlace, path: string) => readFileSync(join(user.root, path)).toString('latin1')

/** Lets one function of the disk fail where it is told to, until the test is over. */
function replaceOnDisk(name: 'open' | 'link', failureOf: (path: unknown) => string | null): void {
  const real = promises[name] as (...args: unknown[]) => Promise<unknown>
  const failing = async (...args: unknown[]) => {
    const code = failureOf(args[0])
    if (code) throw Object.assign(new Error(code), { code })
    return real(...args)
  }
  Object.assign(promises, { [name]: failing })
  syncBuiltinESMExports()
  onTestFinished(() => {
    Object.assign(promises, { [name]: real })
    syncBuiltinESMExports()
  })
}

it('copies what is staged, not what is on disk', async () => {
  const place = await stagedPlace({ 'a.txt': 'head\n', 'sub/b.txt': 'b\n', 'gone.txt': 'x\n', 'intended.txt': 'y\n' })
  place.user.git('rm', '--quiet', '--cached', 'gone.txt', 'intended.txt')
  place.user.stage({ 'a.txt': 'staged\r\n', '.gitattributes': '* text eol=crlf\n' })
  place.user.write('a.txt', 'on disk\n')
  place.user.write('untracked.txt', 'mine\n')
  place.user.git('add', '--intent-to-add', 'intended.txt')
  const { checkout } = await beginFix(place)
  expect(treeOf(checkout.root)).toEqual({
    '.gitattributes': 'file * text eol=crlf\n',
    'a.txt': `file ${staged(place, 'a.txt')}`,
    'sub/': 'folder',
    'sub/b.txt': 'file b\n',
  })
})

it('stages the fix of a file that is wholly staged, and writes it to disk', async () => {
  const place = await stagedPlace({ 'a.txt': 'head\n' })
  place.user.stage({ 'a.txt': 'staged\n' })
  const applied = await fixStaged(place, { 'a.txt': 'fixed\n' })
  expect(applied.files).toEqual([{ path: 'a.txt', kind: 'modified', working: 'fixed' }])
  expect(place.user.git('status', '--porcelain')).toBe('M  a.txt\n')
  expect([staged(place, 'a.txt'), onDisk(place, 'a.txt')]).toEqual(['fixed\n', 'fixed\n'])
})

it('keeps what is not staged, in the same file too', async () => {
  const place = await stagedPlace({ 'a.txt': ten() })
  place.user.stage({ 'a.txt': ten({ 1: 'staged' }) })
  place.user.write('a.txt', ten({ 1: 'staged', 8: 'not staged' }))
  const applied = await fixStaged(place, { 'a.txt': ten({ 1: 'fixed' }) })
  expect(applied.files).toEqual([{ path: 'a.txt', kind: 'modified', working: 'merged' }])
  expect(staged(place, 'a.txt')).toBe(ten({ 1: 'fixed' }))
  expect(onDisk(place, 'a.txt')).toBe(ten({ 1: 'fixed', 8: 'not staged' }))
  expect(place.user.git('diff', '--unified=0')).toMatch(/-line 8\n\+not staged\n$/)
})

it('leaves a file alone whose own changes are in the same lines, with the fix as a patch that git takes', async () => {
  const place = await stagedPlace({ 'sub/a.txt': ten() })
  place.user.stage({ 'sub/a.txt': ten({ 4: 'staged' }) })
  place.user.write('sub/a.txt', ten({ 4: 'mine' }))
  const applied = await fixStaged(place, { 'sub/a.txt': ten({ 4: 'fixed' }) })
  const patch = join(place.patches, applied.id, 'sub/a.txt.patch')
  expect(applied.files).toEqual([{ path: 'sub/a.txt', kind: 'modified', working: 'left', patch }])
  expect([staged(place, 'sub/a.txt'), onDisk(place, 'sub/a.txt')]).toEqual([ten({ 4: 'fixed' }), ten({ 4: 'mine' })])
  place.user.write('sub/a.txt', ten({ 4: 'staged' }))
  place.user.git('apply', patch)
  expect(onDisk(place, 'sub/a.txt')).toBe(ten({ 4: 'fixed' }))
})

it('leaves alone what is no file on disk any more', async () => {
  const place = await stagedPlace({ 'link.txt': 'a\n', 'folder.txt': 'b\n', 'gone.txt': 'c\n', 'renamed.txt': 'd\n' })
  const at = (path: string) => join(place.user.root, path)
  for (const path of ['link.txt', 'folder.txt', 'gone.txt']) rmSync(at(path))
  symlinkSync('/etc/passwd', at('link.txt'))
  place.user.write('folder.txt/inside', 'mine\n')
  renameSync(at('renamed.txt'), at('new-name.txt'))
  const before = treeOf(place.user.root)
  const fix = { 'link.txt': 'fixed\n', 'folder.txt': 'fixed\n', 'gone.txt': 'fixed\n', 'renamed.txt': 'fixed\n' }
  const { files } = await fixStaged(place, fix)
  expect(Object.fromEntries(files.map(({ path, working }) => [path, working]))).toEqual({
    'link.txt': 'left',
    'folder.txt': 'left',
    'gone.txt': 'absent',
    'renamed.txt': 'absent',
  })
  expect(treeOf(place.user.root)).toEqual(before)
  expect(Object.keys(fix).map((path) => staged(place, path))).toEqual(Object.keys(fix).map(() => 'fixed\n'))
})

it('keeps modes, and what git was told about a file', async () => {
  const place = await stagedPlace({ 'tool.sh': '#!/bin/sh\n', 'b.txt': 'b\n', 'c.txt': 'c\n' })
  const { user } = place
  chmodSync(join(user.root, 'tool.sh'), 0o750)
  user.git('add', 'tool.sh')
  user.git('update-index', '--assume-unchanged', 'b.txt')
  const applied = await fixStaged(place, { 'tool.sh': '#!/bin/sh\n:\n', 'b.txt': 'fixed\n' })
  expect(applied.files.map(({ working }) => working)).toEqual(['fixed', 'fixed'])
  expect(lstatSync(join(user.root, 'tool.sh')).mode & 0o777).toBe(0o750)
  expect(user.git('ls-files', '-v', '--stage').replaceAll(/[0-9a-f]{40}/g, 'id')).toBe(
    'h 100644 id 0\tb.txt\nH 100644 id 0\tc.txt\nH 100755 id 0\ttool.sh\n',
  )
})

it('stages what git would have staged: line endings of attributes', async () => {
  const place = await stagedPlace({ '.gitattributes': '*.txt text eol=crlf\n', 'a.txt': 'one\ntwo\nthree\n' })
  rmSync(join(place.user.root, 'a.txt'))
  place.user.git('checkout-index', 'a.txt')
  expect(onDisk(place, 'a.txt')).toBe('one\r\ntwo\r\nthree\r\n')
  // As a tool does that reads the same rule.
  await fixStaged(place, { 'a.txt': 'ONE\r\ntwo\r\nthree\r\n' })
  expect([staged(place, 'a.txt'), onDisk(place, 'a.txt')]).toEqual(['ONE\ntwo\nthree\n', 'ONE\r\ntwo\r\nthree\r\n'])
  expect(place.user.git('status', '--porcelain')).toBe('M  a.txt\n')
})

it('stages what git would have staged: core.autocrlf, and a file that has carriage returns in the index', async () => {
  const place = await stagedPlace({ 'a.txt': 'one\ntwo\n', 'dos.txt': 'one\r\ntwo\r\n' })
  place.user.git('config', 'core.autocrlf', 'true')
  place.user.write('a.txt', 'one\r\ntwo\r\n')
  await fixStaged(place, { 'a.txt': 'ONE\ntwo\n', 'dos.txt': 'ONE\r\ntwo\r\n' })
  expect([staged(place, 'a.txt'), onDisk(place, 'a.txt')]).toEqual(['ONE\ntwo\n', 'ONE\r\ntwo\r\n'])
  expect([staged(place, 'dos.txt'), onDisk(place, 'dos.txt')]).toEqual(['ONE\r\ntwo\r\n', 'ONE\r\ntwo\r\n'])
})

it('keeps the line endings of an editor that has its own', async () => {
  const place = await stagedPlace({ 'a.txt': ten() })
  place.user.git('config', 'core.autocrlf', 'true')
  expect(onDisk(place, 'a.txt')).toBe(ten())
  place.user.write('a.txt', ten({ 8: 'mine' }))
  const { files } = await fixStaged(place, { 'a.txt': ten({ 1: 'fixed' }) })
  expect(files[0]?.working).toBe('merged')
  expect([staged(place, 'a.txt'), onDisk(place, 'a.txt')]).toEqual([ten({ 1: 'fixed' }), ten({ 1: 'fixed', 8: 'mine' })])
})

it('does not take other line endings for a fix of line endings', async () => {
  const place = await stagedPlace({ 'a.txt': 'one\r\ntwo\r\n' })
  place.user.write('a.txt', 'one\r\ntwo\r\nmine\r\n')
  const { files } = await fixStaged(place, { 'a.txt': 'one\ntwo\n' })
  expect(files[0]?.working).toBe('left')
  expect([staged(place, 'a.txt'), onDisk(place, 'a.txt')]).toEqual(['one\ntwo\n', 'one\r\ntwo\r\nmine\r\n'])
})

it('stages what git would have staged: a filter of the user, named relative to their tree', async () => {
  const place = await stagedPlace()
  const { user } = place
  const filter = "#!/bin/sh\nexec sed 's/secret-[a-z]*/PLACEHOLDER/'\n"
  user.write('tools/clean.sh', filter)
  chmodSync(join(user.root, 'tools/clean.sh'), 0o755)
  user.git('config', 'filter.hide.clean', './tools/clean.sh')
  user.git('config', 'filter.hide.smudge', "sed 's/PLACEHOLDER/secret-x/'")
  user.git('config', 'filter.hide.required', 'true')
  user.git('config', 'filter.none.clean', '')
  user.commit('Filtered', { '.gitattributes': '*.conf filter=hide\n' })
  user.commit('A file', { 'a.conf': 'key = secret-x\nother = 1\nmore = 2\nlast = 3\n' })
  expect(staged(place, 'a.conf')).toContain('key = PLACEHOLDER\n')
  user.write('a.conf', 'key = secret-x\nother = 1\nmore = 2\nlast = 3\nmine = 4\n')
  const { checkout, apply } = await beginFix(place)
  writeFileSync(join(checkout.root, 'a.conf'), 'key: secret-y\nother = 1\nmore = 2\nlast = 3\n')
  await apply()
  expect(staged(place, 'a.conf')).toBe('key: PLACEHOLDER\nother = 1\nmore = 2\nlast = 3\n')
  expect(onDisk(place, 'a.conf')).toBe('key: secret-x\nother = 1\nmore = 2\nlast = 3\nmine = 4\n')
})

it('stages bytes and names of any kind', async () => {
  const place = await stagedPlace({ 'binary.dat': Buffer.from([0, 1, 255]), '-dash "quoted"\ttab.txt': 'a\n' })
  await fixStaged(place, { 'binary.dat': Buffer.from([0, 2, 255]), '-dash "quoted"\ttab.txt': 'b\n' })
  expect([staged(place, 'binary.dat'), onDisk(place, 'binary.dat')]).toEqual(['\0\x02\xff', '\0\x02\xff'])
  expect(onDisk(place, '-dash "quoted"\ttab.txt')).toBe('b\n')
  place.user.write('binary.dat', Buffer.from([0, 2, 255, 9]))
  const { files } = await fixStaged(place, { 'binary.dat': Buffer.from([0, 3, 255]) })
  expect(files[0]?.working).toBe('left')
})

it('changes nothing where git holds the index, and says so', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n' })
  const lock = join(place.user.root, '.git/index.lock')
  writeFileSync(lock, '')
  const [tree, git] = [treeOf(place.user.root), gitState(place.user)]
  await expect(fixStaged(place, { 'a.txt': 'fixed\n' })).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: `Another git process is changing the index: ${lock} exists. Nothing was changed.`,
  })
  expect([treeOf(place.user.root), gitState(place.user)]).toEqual([tree, git])
  expect(existsSync(lock)).toBe(true)
  expect(existsSync(join(place.folder, 'staged'))).toBe(false)
})

it('changes nothing where something else is staged by now', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const { checkout, apply } = await beginFix(place)
  writeFileSync(join(checkout.root, 'a.txt'), 'fixed\n')
  writeFileSync(join(checkout.root, 'b.txt'), 'fixed\n')
  place.user.stage({ 'b.txt': 'other\n' })
  const [tree, git] = [treeOf(place.user.root), gitState(place.user)]
  await expect(apply()).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: '"b.txt" is not staged as it was when the run began. Nothing was changed.',
  })
  expect([treeOf(place.user.root), gitState(place.user)]).toEqual([tree, git])
  expect(readdirSync(join(place.user.root, '.git')).filter((name) => name.includes('index'))).toEqual(['index'])
})

it('refuses new files, deleted files and links', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  await expect(fixStaged(place, { 'new.txt': 'x\n' })).rejects.toMatchObject({ code: 'CHANGES_REFUSED' })
  const { checkout, apply } = await beginFix(place)
  rmSync(join(checkout.root, 'a.txt'))
  await expect(apply()).rejects.toMatchObject({ code: 'CHANGES_REFUSED', message: expect.stringContaining('gone') })
  const before = { mode: '120000', id: '0'.repeat(40) }
  await expect(applyStaged([{ path: 'a.txt', before, content: Buffer.alloc(0) }], { ...place, signal })).rejects.toMatchObject({
    code: 'CHANGES_REFUSED',
  })
})

it('does nothing, and takes no lock, where nothing was fixed', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n' })
  const git = gitState(place.user)
  expect((await fixStaged(place, {})).files).toEqual([])
  expect(gitState(place.user)).toEqual(git)
})

it('changes nothing when it is interrupted before it begins to', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n' })
  const [tree, git] = [treeOf(place.user.root), gitState(place.user)]
  const id = place.user.git('rev-parse', ':a.txt').trim()
  const change = { path: 'a.txt', before: { mode: '100644', id }, content: Buffer.from('fixed\n') }
  const interrupted = AbortSignal.abort(new Error('enough'))
  await expect(applyStaged([change], { ...place, signal: interrupted })).rejects.toThrow('enough')
  expect([treeOf(place.user.root), gitState(place.user)]).toEqual([tree, git])
})

it('takes back what it wrote to disk when the index cannot be published', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n' })
  const { checkout, apply } = await beginFix(place)
  writeFileSync(join(checkout.root, 'a.txt'), 'fixed\n')
  const [tree, git] = [treeOf(place.user.root), gitState(place.user)]
  replaceOnDisk('open', (path) => (String(path).includes('index.agent-') ? 'ENOSPC' : null))
  await expect(apply()).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('It is as it was.') })
  expect([treeOf(place.user.root), gitState(place.user)]).toEqual([tree, git])
  expect(existsSync(join(place.folder, 'staged'))).toBe(false)
})

it('works from a sub-directory, with a split index', async () => {
  const place = await stagedPlace({ 'sub/a.txt': 'a\n' })
  place.user.git('update-index', '--split-index')
  const repository = await discoverRepository(join(place.user.root, 'sub'), place.user.environment)
  await fixStaged({ ...place, repository }, { 'sub/a.txt': 'fixed\n' })
  expect(place.user.git('status', '--porcelain')).toBe('M  sub/a.txt\n')
})

it('works before the first commit, with SHA-256', async () => {
  const user = temporaryRepository({ initArguments: ['--object-format=sha256'] })
  onTestFinished(() => user.remove())
  user.stage({ 'a.txt': 'a\n' })
  const place = await stagedPlaceOf(user)
  await fixStaged(place, { 'a.txt': 'fixed\n' })
  expect([user.git('status', '--porcelain'), staged(place, 'a.txt')]).toEqual(['A  a.txt\n', 'fixed\n'])
})

it('locks the index where the disk knows no second names', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n' })
  replaceOnDisk('link', () => 'EPERM')
  await fixStaged(place, { 'a.txt': 'fixed\n' })
  expect(place.user.git('status', '--porcelain')).toBe('M  a.txt\n')
  writeFileSync(join(place.user.root, '.git/index.lock'), '')
  await expect(fixStaged(place, { 'a.txt': 'again\n' })).rejects.toMatchObject({ code: 'CHANGES_CONFLICT' })
})

it('has nothing to stage where git would take the fix away again', async () => {
  const place = await stagedPlace({ '.gitattributes': '*.txt text\n', 'a.txt': 'a\n' })
  const git = gitState(place.user)
  expect((await fixStaged(place, { 'a.txt': 'a\r\n' })).files).toEqual([])
  expect([gitState(place.user), onDisk(place, 'a.txt')]).toEqual([git, 'a\n'])
})

it('stages a fix that the user has made on disk already', async () => {
  const place = await stagedPlace({ 'a.txt': 'a\n' })
  place.user.stage({ 'a.txt': 'bad\n' })
  place.user.write('a.txt', 'good\n')
  expect((await fixStaged(place, { 'a.txt': 'good\n' })).files).toEqual([{ path: 'a.txt', kind: 'modified', working: 'merged' }])
  expect(place.user.git('status', '--porcelain')).toBe('M  a.txt\n')
})

/** As in the hook of `git commit <path>`: an index for the commit, and beside it the one that follows. */
async function partialCommit(next: (user: StagedTestPlace['user']) => void): Promise<StagedTestPlace & { showNext(): string }> {
  const place = await stagedPlace({ 'a.txt': ten(), 'b.txt': 'b\n' })
  const { user } = place
  const [index, forCommit, following] = ['index', 'next-index-1.lock', 'index.lock'].map((name) => join(user.root, '.git', name)) as [
    string,
    string,
    string,
  ]
  cpSync(index, forCommit)
  next(user)
  cpSync(index, following)
  const repository = await discoverRepository(user.root, { ...user.environment, GIT_INDEX_FILE: forCommit })
  const showNext = () => user.gitBytes(['cat-file', 'blob', ':a.txt'], { environment: { GIT_INDEX_FILE: following } }).toString('utf8')
  return { ...place, repository, showNext }
}

it('fixes the index that follows `git commit <path>` too, beside what is staged there', async () => {
  const place = await partialCommit((user) => user.stage({ 'a.txt': ten({ 8: 'staged' }) }))
  await fixStaged(place, { 'a.txt': ten({ 1: 'fixed' }) })
  expect(place.showNext()).toBe(ten({ 1: 'fixed', 8: 'staged' }))
  expect(onDisk(place, 'a.txt')).toBe(ten({ 1: 'fixed', 8: 'staged' }))
})

it('changes nothing where the same lines are staged for later', async () => {
  const place = await partialCommit((user) => user.stage({ 'a.txt': ten({ 1: 'staged' }) }))
  const tree = treeOf(place.user.root)
  await expect(fixStaged(place, { 'a.txt': ten({ 1: 'fixed' }) })).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: '"a.txt" is staged with other changes to the same lines. Nothing was changed.',
  })
  expect([treeOf(place.user.root), place.showNext()]).toEqual([tree, ten({ 1: 'staged' })])
})

it('leaves a file out of the following index that is out of it', async () => {
  const place = await partialCommit((user) => user.git('rm', '--quiet', '--cached', 'a.txt'))
  await fixStaged(place, { 'a.txt': ten({ 1: 'fixed' }) })
  expect(() => place.showNext()).toThrow('not in the index')
})

it('changes nothing where the index of a hook is gone', async () => {
  const place = await partialCommit(() => {})
  rmSync(join(place.user.root, '.git/index.lock'))
  const { checkout, apply } = await beginFix(place)
  writeFileSync(join(checkout.root, 'a.txt'), 'fixed\n')
  rmSync(join(place.user.root, '.git/next-index-1.lock'))
  const tree = treeOf(place.user.root)
  await expect(apply()).rejects.toMatchObject({ code: 'CHANGES_CONFLICT', hint: 'Start the commit again.' })
  expect(treeOf(place.user.root)).toEqual(tree)
})
