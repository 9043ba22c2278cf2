import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Transaction } from '../../../src/workspace/transaction.ts'
import { refusalOf } from '../../../src/workspace/path-policy.ts'
import { filesOf, type TestPlace, testPlace } from '../../helpers/transaction-place.ts'

function put(transaction: Transaction, path: string, content: string | Uint8Array = 'x'): void {
  const location = join(transaction.checkout.root, path)
  mkdirSync(join(location, '..'), { recursive: true })
  writeFileSync(location, content)
}

const refusedPaths = async (transaction: Transaction) => (await transaction.changes()).refused.map(({ path }) => path).toSorted()

/** Nothing is carried over, the reason is told, and the user's tree is as it was. */
async function expectRefused({ user }: TestPlace, transaction: Transaction): Promise<void> {
  const before = filesOf(user.root)
  await expect(transaction.apply()).rejects.toMatchObject({ code: 'CHANGES_REFUSED' })
  expect(filesOf(user.root)).toEqual(before)
}

it('tells what became of each file, as a patch too', async () => {
  const place = await testPlace({ files: { 'a.txt': 'one\n', 'b.txt': 'two\n', 'tool.sh': 'x\n', 'was.bin': Buffer.of(0, 1, 2) } })
  const transaction = await place.begin()
  put(transaction, 'a.txt', 'ONE\n')
  put(transaction, 'new/c.txt', 'no newline')
  put(transaction, 'was.bin', Buffer.of(2, 1, 0))
  chmodSync(join(transaction.checkout.root, 'tool.sh'), 0o755)
  rmSync(join(transaction.checkout.root, 'b.txt'))
  const { files, patch, refused } = await transaction.changes()
  expect(files).toEqual([
    { path: 'a.txt', kind: 'modified' },
    { path: 'b.txt', kind: 'deleted' },
    { path: 'new/c.txt', kind: 'added' },
    { path: 'tool.sh', kind: 'modified' },
    { path: 'was.bin', kind: 'modified' },
  ])
  expect(refused).toEqual([])
  place.user.gitBytes(['apply', '--binary', '-'], { input: patch })
  expect(filesOf(place.user.root)).toEqual(filesOf(transaction.checkout.root))
})

it('tells a rename as a deletion and an addition', async () => {
  const { begin } = await testPlace({ files: { 'a.txt': 'one\ntwo\nthree\n' } })
  const transaction = await begin()
  await transaction.checkout.move('a.txt', 'b.txt')
  expect((await transaction.changes()).files).toEqual([
    { path: 'a.txt', kind: 'deleted' },
    { path: 'b.txt', kind: 'added' },
  ])
})

it('finds a change that kept size and time of the file', async () => {
  const { begin } = await testPlace({ files: { 'a.txt': 'one' } })
  const transaction = await begin()
  const file = join(transaction.checkout.root, 'a.txt')
  execFileSync('sh', [
    '-c',
    `touch -r '${file}' '${file}.time' && printf two > '${file}' && touch -r '${file}.time' '${file}' && rm '${file}.time'`,
  ])
  expect((await transaction.changes()).files).toEqual([{ path: 'a.txt', kind: 'modified' }])
})

it.each<[string, (transaction: Transaction) => void, string[]]>([
  ['a new link', ({ checkout }) => symlinkSync('a.txt', join(checkout.root, 'link')), ['link']],
  ['a new link out of the tree', ({ checkout }) => symlinkSync('/etc', join(checkout.root, 'etc')), ['etc']],
  [
    'a changed link',
    ({ checkout }) => {
      rmSync(join(checkout.root, 'kept-link'))
      symlinkSync('/etc/passwd', join(checkout.root, 'kept-link'))
    },
    ['kept-link'],
  ],
  ['a removed link', ({ checkout }) => rmSync(join(checkout.root, 'kept-link')), ['kept-link']],
  [
    'a link replaced by a file',
    (transaction) => {
      rmSync(join(transaction.checkout.root, 'kept-link'))
      put(transaction, 'kept-link')
    },
    ['kept-link'],
  ],
  [
    'a file replaced by a link',
    ({ checkout }) => {
      rmSync(join(checkout.root, 'a.txt'))
      symlinkSync('/etc/passwd', join(checkout.root, 'a.txt'))
    },
    ['a.txt'],
  ],
  [
    'a folder replaced by a link',
    ({ checkout }) => {
      rmSync(join(checkout.root, 'folder'), { recursive: true })
      symlinkSync('/etc', join(checkout.root, 'folder'))
    },
    ['folder'],
  ],
  ['a .git file at the top', (transaction) => put(transaction, '.git', 'gitdir: /tmp/evil'), ['.git']],
  ['a .git folder', (transaction) => put(transaction, 'folder/.git/config', '[core]\n'), ['folder/.git']],
  ['a .GIT folder', (transaction) => put(transaction, 'folder/.GIT/config', '[core]\n'), ['folder/.GIT']],
  ['a .git folder in what is ignored', (transaction) => put(transaction, 'ignored/x/.git/HEAD', 'ref: x'), ['ignored/x/.git']],
  ['a repository', ({ checkout }) => void execFileSync('git', ['init', '-q', join(checkout.root, 'other')]), ['other/.git']],
  [
    'a file replaced by a repository',
    ({ checkout }) => {
      rmSync(join(checkout.root, 'a.txt'))
      execFileSync('git', ['init', '-q', join(checkout.root, 'a.txt')])
      execFileSync('git', [
        '-C',
        join(checkout.root, 'a.txt'),
        '-c',
        'user.name=x',
        '-c',
        'user.email=x',
        'commit',
        '-q',
        '--allow-empty',
        '-mx',
      ])
    },
    ['a.txt/.git'],
  ],
  ['a pipe', ({ checkout }) => void execFileSync('mkfifo', [join(checkout.root, 'pipe')]), ['pipe']],
  [
    'a pipe that git would open',
    ({ checkout }) => void execFileSync('mkfifo', [join(checkout.root, 'folder/.gitignore')]),
    ['folder/.gitignore'],
  ],
  [
    'ignore rules without end',
    (transaction) => {
      put(transaction, '.gitignore')
      truncateSync(join(transaction.checkout.root, '.gitignore'), 2 ** 40)
    },
    ['.gitignore'],
  ],
  ['what the rules protect', (transaction) => put(transaction, '.github/workflows/ci.yml'), ['.github/workflows/ci.yml']],
  ['a short name of .git', (transaction) => put(transaction, 'git~1/config'), ['git~1/config']],
  ['another spelling of a file', (transaction) => put(transaction, 'A.TXT'), ['A.TXT']],
  ['another spelling of a folder', (transaction) => put(transaction, 'Folder/c.txt'), ['Folder/c.txt']],
  [
    'two new spellings',
    (transaction) => {
      put(transaction, 'new/ﬀ.txt')
      put(transaction, 'NEW/x.txt')
    },
    ['NEW/x.txt', 'new/ﬀ.txt'],
  ],
])('refuses %s', async (_name, change, expected) => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'folder/b.txt': 'b', '.gitignore': 'ignored/\n' } })
  symlinkSync('a.txt', join(place.user.root, 'kept-link'))
  const transaction = await place.begin({ refusalOf: (path) => refusalOf(path, 'write') })
  change(transaction)
  const { refused } = await transaction.changes()
  expect(refused.map(({ path }) => path).toSorted()).toEqual(expected)
  expect(refused.every(({ reason }) => /^[A-Z"a-z].*\.$/s.test(reason))).toBe(true)
  await expectRefused(place, transaction)
})

it('does not mind a socket, a link or a large file where git ignores it', async () => {
  const { begin } = await testPlace({ files: { '.gitignore': 'ignored/\n', 'a.txt': 'a' } })
  const transaction = await begin({ sizes: { files: 10, fileBytes: 100, totalBytes: 200 } })
  mkdirSync(join(transaction.checkout.root, 'ignored'))
  execFileSync('mkfifo', [join(transaction.checkout.root, 'ignored/pipe')])
  symlinkSync('/etc', join(transaction.checkout.root, 'ignored/etc'))
  put(transaction, 'ignored/large', Buffer.alloc(1000))
  expect(await transaction.changes()).toEqual({ files: [], patch: Buffer.alloc(0), refused: [] })
})

it('refuses more than a run may change, without reading it', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'large.txt': 'x'.repeat(1000) } })
  const sizes = { files: 3, fileBytes: 100, totalBytes: 150 }
  const begin = () => place.begin({ sizes })
  const large = await begin()
  put(large, 'endless')
  truncateSync(join(large.checkout.root, 'endless'), 2 ** 42)
  expect(await large.changes()).toMatchObject({
    files: [],
    refused: [{ path: 'endless', reason: expect.stringContaining('at most 100 bytes') }],
  })
  await expectRefused(place, large)

  const many = await begin()
  for (let index = 0; index < 4; index++) put(many, `file-${index}`)
  expect(await many.changes()).toMatchObject({
    files: [],
    refused: [{ path: '.', reason: expect.stringContaining('changed 4 files; at most 3') }],
  })

  const heavy = await begin()
  for (let index = 0; index < 2; index++) put(heavy, `file-${index}`, 'x'.repeat(90))
  expect(await heavy.changes()).toMatchObject({ files: [], refused: [{ path: '.', reason: expect.stringContaining('have 180 bytes') }] })
  await expect(heavy.snapshot()).rejects.toMatchObject({ code: 'CHANGES_REFUSED' })

  const shrunk = await begin()
  put(shrunk, 'large.txt', 'smaller')
  expect(await shrunk.changes()).toMatchObject({ files: [{ path: 'large.txt', kind: 'modified' }], refused: [] })
})

it('runs nothing that was planted in the copy', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a\n', 'folder/b.txt': 'b\n', '.gitattributes': '*.txt text\n' } })
  const transaction = await place.begin()
  const { root } = transaction.checkout
  const mark = join(place.user.root, '../trapped')
  const trap = join(root, 'trap.sh')
  writeFileSync(trap, `#!/bin/sh\ntouch '${mark}'\ncat\n`, { mode: 0o755 })
  const config = [
    '[core]',
    `fsmonitor = ${trap}`,
    `hooksPath = ${root}/hooks`,
    `pager = ${trap}`,
    `editor = ${trap}`,
    `sshCommand = ${trap}`,
    `attributesFile = ${root}/attributes`,
    'bare = false',
    '[filter "evil"]',
    `clean = ${trap}`,
    `smudge = ${trap}`,
    `process = ${trap}`,
    'required = true',
    '[diff "evil"]',
    `command = ${trap}`,
    `textconv = ${trap}`,
    '[diff]',
    `external = ${trap}`,
    '[include]',
    `path = ${root}/more-config`,
    '',
  ].join('\n')
  for (const folder of ['', 'folder/', 'new/']) {
    mkdirSync(join(root, folder), { recursive: true })
    execFileSync('git', ['init', '-q', join(root, folder)])
    writeFileSync(join(root, folder, '.git/config'), config)
    for (const hook of ['post-index-change', 'pre-commit', 'post-checkout', 'reference-transaction', 'fsmonitor-watchman']) {
      mkdirSync(join(root, folder, '.git/hooks'), { recursive: true })
      writeFileSync(join(root, folder, '.git/hooks', hook), `#!/bin/sh\nexec '${trap}'\n`, { mode: 0o755 })
    }
  }
  put(transaction, 'hooks/post-index-change', `#!/bin/sh\nexec '${trap}'\n`)
  put(transaction, 'file/.git', `gitdir: ${root}/.git\n`)
  put(transaction, '.gitattributes', '* filter=evil diff=evil merge=evil\n')
  put(transaction, '.gitmodules', `[submodule "folder"]\n\tpath = folder\n\turl = ext::${trap}\n\tignore = none\n\tupdate = !${trap}\n`)
  put(transaction, 'a.txt', 'changed\n')
  const snapshot = await transaction.snapshot()
  expect(await refusedPaths(transaction)).toEqual(['.git', 'file/.git', 'folder/.git', 'new/.git'])
  await transaction.checkout.history.status()
  await transaction.checkout.history.diff()
  await expectRefused(place, transaction)
  await transaction.restore(snapshot)
  expect(existsSync(mark)).toBe(false)
  execFileSync('git', ['-C', join(root, 'new'), 'init', '-q'])
  writeFileSync(join(root, 'new/.git/config'), config)
  execFileSync('git', ['-C', join(root, 'new'), 'status'], { stdio: 'ignore' })
  expect(existsSync(mark)).toBe(true)
})

it('writes nothing through a folder that became a link after the copy was made', async () => {
  const { user, begin } = await testPlace({ files: { 'folder/b.txt': 'b' } })
  const transaction = await begin()
  put(transaction, 'folder/new.txt')
  mkdirSync(join(user.root, '../elsewhere'))
  renameSync(join(user.root, 'folder/b.txt'), join(user.root, '../elsewhere/b.txt'))
  rmSync(join(user.root, 'folder'), { recursive: true })
  symlinkSync('../elsewhere', join(user.root, 'folder'))
  await expect(transaction.apply()).rejects.toMatchObject({ code: 'CHANGES_CONFLICT' })
  expect(filesOf(join(user.root, '../elsewhere'))).toEqual({ 'b.txt': 'file b' })
})
