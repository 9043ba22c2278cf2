import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'
import { everything, readAndCompare, inWorkspace, readSelected, summaryOf } from './read-with.ts'

/** A program that leaves a mark when anything runs it. */
function trap(repository: TemporaryRepository): { program: string; wasRun: () => boolean } {
  const program = join(repository.root, '../trap')
  const mark = join(repository.root, '../trapped')
  writeFileSync(program, `#!/bin/sh\ntouch '${mark}'\nexit 0\n`)
  chmodSync(program, 0o755)
  return { program, wasRun: () => existsSync(mark) }
}

const text = Array.from({ length: 30 }, (_, index) => `line ${index}\n`)

function changedRepository(): TemporaryRepository {
  const repository = temporaryRepository({ files: { 'moved.txt': text.join(''), 'ü.foo': 'a\n\nb\n', 'a.txt': 'a\n' } })
  repository.git('mv', 'moved.txt', 'there.txt')
  repository.stage({ 'ü.foo': 'a\n\nc\n', 'a.txt': 'b\n', '.gitattributes': '*.foo diff=foo\n*.txt diff=foo\n' })
  return repository
}

it('runs nothing that the configuration of a repository names', async () => {
  using repository = changedRepository()
  const { program, wasRun } = trap(repository)
  for (const key of [
    'diff.external',
    'core.pager',
    'pager.diff',
    'core.fsmonitor',
    'diff.foo.command',
    'diff.foo.textconv',
    'core.editor',
    'core.sshCommand',
  ]) {
    repository.git('config', key, program)
  }
  repository.git('config', 'core.hooksPath', join(repository.root, '..'))
  writeFileSync(join(repository.root, '../post-index-change'), `#!/bin/sh\nexec '${program}'\n`, { mode: 0o755 })
  repository.write('a.txt', 'touched\n')
  await inWorkspace(repository, async (workspace) => {
    for (const kind of ['staged', 'working', 'uncommitted'] as const) await workspace.readChange({ kind }, everything)
    const head = await workspace.resolveCommit('HEAD')
    await workspace.readChange({ kind: 'commit', rev: head }, everything)
    await workspace.readFile({ kind: 'index' }, 'a.txt')
    await workspace.listFiles({ kind: 'working' })
  })
  expect(wasRun()).toBe(false)
})

it.each<[string, Record<string, string>]>([
  ['prefixes', { 'diff.noprefix': 'true' }],
  ['mnemonic prefixes', { 'diff.mnemonicPrefix': 'true' }],
  ['prefixes of its own', { 'diff.srcPrefix': 'x/', 'diff.dstPrefix': 'y/' }],
  ['colour', { 'color.ui': 'always', 'color.diff': 'always', 'diff.colorMoved': 'zebra', 'diff.wsErrorHighlight': 'all' }],
  ['no renames', { 'diff.renames': 'false', 'diff.renameLimit': '1' }],
  ['unquoted paths', { 'core.quotePath': 'false' }],
  ['another algorithm', { 'diff.algorithm': 'patience', 'diff.foo.algorithm': 'minimal', 'diff.indentHeuristic': 'false' }],
  ['other context', { 'diff.context': '0', 'diff.interHunkContext': '50' }],
  ['blanks', { 'diff.suppressBlankEmpty': 'true' }],
  ['relative paths', { 'diff.relative': 'true' }],
  ['large files', { 'core.bigFileThreshold': '1' }],
  ['drivers that say binary', { 'diff.foo.binary': 'true' }],
])('reads the same change whatever the configuration says about %s', async (_name, settings) => {
  using repository = changedRepository()
  const { change: before, problems } = await readAndCompare(repository, { kind: 'staged' }, ['--cached', 'HEAD'])
  expect(problems).toEqual([])
  for (const [key, value] of Object.entries(settings)) repository.git('config', key, value)
  expect(await readSelected(repository, { kind: 'staged' })).toEqual(before)
})

it('keeps the order of paths when the configuration names another', async () => {
  using repository = changedRepository()
  repository.write('../order', 'ü.foo\nthere.txt\n')
  repository.git('config', 'diff.orderFile', join(repository.root, '../order'))
  expect(summaryOf(await readSelected(repository, { kind: 'staged' }))).toEqual([
    'added text .gitattributes +2 -0',
    'modified text a.txt +1 -1',
    'renamed text there.txt +0 -0',
    'modified text ü.foo +1 -1',
  ])
})

it('is not moved by variables of the environment that change what a diff says', async () => {
  using repository = changedRepository()
  const { program, wasRun } = trap(repository)
  const environment = {
    ...repository.environment,
    GIT_DIFF_OPTS: '--unified=0',
    GIT_EXTERNAL_DIFF: program,
    GIT_ICASE_PATHSPECS: '1',
    GIT_PAGER: program,
  }
  const plain = await readSelected(repository, { kind: 'staged' })
  expect(await inWorkspace(repository, (workspace) => workspace.readChange({ kind: 'staged' }, everything), { environment })).toEqual(plain)
  expect(wasRun()).toBe(false)
})

it('sees a submodule move whatever is ignored, and does not run git inside it', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  using inner = temporaryRepository({ files: { 'x.txt': 'x\n' } })
  repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'module')
  repository.stage()
  repository.commit('With a submodule')
  const { program, wasRun } = trap(repository)
  const module = join(repository.root, 'module')
  repository.gitBytes(['config', 'core.fsmonitor', program], { cwd: module })
  for (const [key, value] of [
    ['diff.ignoreSubmodules', 'all'],
    ['submodule.module.ignore', 'all'],
    ['diff.submodule', 'log'],
  ] as const)
    repository.git('config', key, value)
  writeFileSync(join(module, 'x.txt'), 'dirty\n')
  expect((await readSelected(repository, { kind: 'uncommitted' })).files).toEqual([])
  repository.gitBytes(['-c', 'core.fsmonitor=', 'commit', '--quiet', '-a', '-m', 'Inner'], { cwd: module })
  const change = await readSelected(repository, { kind: 'uncommitted' })
  expect(summaryOf(change)).toEqual(['modified submodule module +0 -0'])
  expect(change.files[0]).toMatchObject({ hunks: [], size: null, oldMode: '160000', newMode: '160000' })
  expect(wasRun()).toBe(false)
})

it('shows text that is kept in another encoding on disk', async () => {
  using repository = temporaryRepository({ files: { '.gitattributes': '*.txt working-tree-encoding=UTF-16LE eol=crlf\n' } })
  repository.commit('Text', { 'a.txt': Buffer.from('one\r\ntwo\r\n', 'utf16le') })
  repository.write('a.txt', Buffer.from('one\r\nTWO\r\n', 'utf16le'))
  const change = await readSelected(repository, { kind: 'uncommitted' })
  expect(change.files[0]?.hunks[0]?.lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual(['context one', 'removed two', 'added TWO'])
})

it('fetches nothing for a partial clone, and says what is missing', async () => {
  using origin = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  origin.commit('Second', { 'a.txt': 'b\n' })
  origin.git('config', 'uploadpack.allowFilter', 'true')
  using clone = temporaryRepository()
  clone.git('remote', 'add', 'origin', `file://${origin.root}`)
  clone.git('fetch', '--quiet', '--filter=blob:none', 'origin', 'main')
  await expect(readSelected(clone, { kind: 'commit', rev: 'FETCH_HEAD' })).rejects.toMatchObject({
    code: 'GIT_FAILED',
    hint: expect.stringContaining('This is a partial clone') as string,
  })
})
