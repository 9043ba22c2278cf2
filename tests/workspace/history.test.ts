import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { checkoutOf } from '../tools/tool-context.ts'

const historyOf = (...args: Parameters<typeof checkoutOf>) => checkoutOf(...args).history

describe('the history of a tree', () => {
  it('says what differs, with names that stay on their line', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a\n', 'old.ts': 'x\n', 'm.ts': 'm\n' } })
    repository.git('mv', 'old.ts', 'new.ts')
    repository.write('a.ts', 'b\n')
    repository.write('line\nbreak.ts', '')
    repository.write('src/deep/c.ts', '')
    expect(await historyOf(repository).status()).toBe(' M a.ts\nA  new.ts\nD  old.ts\n?? "line\\nbreak.ts"\n?? src/deep/c.ts')
  })

  it('is empty for a tree as it was committed', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a\n' } })
    const history = historyOf(repository)
    expect([await history.status(), await history.diff(), await history.diff('a.ts')]).toEqual(['', '', ''])
  })

  it('shows the difference to the last commit, staged or not, of one path or of all', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a\n', 'src/b.ts': 'b\n' } })
    repository.stage({ 'a.ts': 'staged\n' })
    repository.write('src/b.ts', 'changed\n')
    repository.write('src/new.ts', '')
    const history = historyOf(repository)
    expect((await history.diff('./src/')).split('\n')).toEqual([
      'diff --git a/src/b.ts b/src/b.ts',
      expect.stringMatching(/^index /),
      '--- a/src/b.ts',
      '+++ b/src/b.ts',
      '@@ -1 +1 @@',
      '-b',
      '+changed',
      'Not tracked yet: src/new.ts',
    ])
    expect(await history.diff()).toContain('+staged\n')
    expect(await history.diff('gone.ts')).toBe('')
  })

  it('begins before the first commit', async () => {
    using repository = temporaryRepository()
    repository.stage({ 'a.ts': 'a\n' })
    const history = historyOf(repository)
    expect(await history.diff()).toContain('+a')
    await expect(history.log({ count: 5 })).rejects.toThrow(/^git log failed: .*HEAD/)
  })

  it('takes every path for a name', async () => {
    using repository = temporaryRepository({ files: { '*.ts': 'star\n', 'a.ts': 'a\n', ':(top)x': 'y\n', '--output=pwned': 'z\n' } })
    for (const name of ['*.ts', 'a.ts', ':(top)x', '--output=pwned']) repository.write(name, 'changed\n')
    const history = historyOf(repository)
    for (const name of ['*.ts', ':(top)x', '--output=pwned']) {
      expect((await history.diff(name)).match(/^diff --git/gm)).toHaveLength(1)
      expect((await history.log({ path: name, count: 5 })).split('\n')).toHaveLength(1)
      expect(await history.blame({ path: name, startLine: 1, endLine: 1 })).toBe('not committed yet 1| changed')
    }
    expect((await history.status()).split('\n')).toHaveLength(4)
  })

  it('shows no secret, whatever it is called', async () => {
    using repository = temporaryRepository({
      files: { '.env': 'canary\n', 'deploy/prod.yml': 'canary\n', 'keys/[a].pem': 'canary\n', 'a.ts': 'a\n' },
    })
    writeFileSync(Buffer.from(`${repository.root}/.env.\xe9`, 'latin1'), 'canary\n')
    repository.git('add', '--all')
    for (const name of ['.env', 'deploy/prod.yml', 'keys/[a].pem', 'a.ts']) repository.write(name, 'canary changed\n')
    repository.write('a.ts', 'fine\n')
    const history = historyOf(repository, { secrets: ['deploy/*.yml'] })
    const diffs = await Promise.all([history.diff(), history.diff('.'), history.diff('deploy'), history.diff('keys')])
    expect(diffs.map((text) => [text.includes('canary'), text.includes('fine')])).toEqual([
      [false, true],
      [false, true],
      [false, false],
      [false, false],
    ])
    for (const path of ['.env', 'deploy/prod.yml', '../a', '.git/config']) {
      await expect(history.diff(path)).rejects.toThrow(/no tool may|leads out/)
      await expect(history.log({ path, count: 1 })).rejects.toThrow(/no tool may|leads out/)
      await expect(history.blame({ path, startLine: 1, endLine: 1 })).rejects.toThrow(/no tool may|leads out/)
    }
  })

  it('runs nothing that a configuration or an attribute names', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a\n', '.gitattributes': '*.ts diff=evil filter=none\n' } })
    const pwned = join(dirname(repository.root), 'pwned')
    const script = `sh -c 'touch ${pwned}; cat "$0"'`
    for (const [key, value] of [
      ['diff.evil.textconv', script],
      ['diff.evil.command', script],
      ['diff.external', script],
      ['core.fsmonitor', script],
      ['core.pager', script],
      ['pager.log', 'true'],
      ['gpg.program', script],
      ['log.showSignature', 'true'],
      ['diff.renames', 'copies'],
      ['color.ui', 'always'],
      ['diff.noprefix', 'true'],
      ['format.pretty', 'fuller'],
      ['status.renames', 'true'],
      ['status.short', 'false'],
      ['blame.showEmail', 'true'],
    ] as const)
      repository.git('config', key, value)
    repository.write('a.ts', 'b\n')
    const history = historyOf(repository)
    const texts = [
      await history.status(),
      await history.diff(),
      await history.log({ count: 3 }),
      await history.blame({ path: 'a.ts', startLine: 1, endLine: 1 }),
    ]
    expect(texts.map((text) => text.split('\n')[0])).toEqual([
      ' M a.ts',
      'diff --git a/a.ts b/a.ts',
      expect.stringMatching(/^[0-9a-f]{7,}\t2024-05-06\tAda Tester\tThe first commit$/),
      'not committed yet 1| b',
    ])
    expect(texts.join('')).not.toContain('\u001b')
    expect(existsSync(pwned)).toBe(false)
  })

  it('blames lines on who wrote them, one commit or many', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'one\ntwo\nthree\n' } })
    const second = repository.commit('Second', { 'a.ts': 'one\n2\nthree\n' }).slice(0, 8)
    repository.write('a.ts', 'one\n2\nthree\n\tfour\n')
    const first = repository.git('rev-parse', 'HEAD^').slice(0, 8)
    const history = historyOf(repository)
    expect(await history.blame({ path: './a.ts', startLine: 1, endLine: 400 })).toBe(
      [
        `${first} 2024-05-06 Ada Tester 1| one`,
        `${second} 2024-05-06 Ada Tester 2| 2`,
        `${first} 2024-05-06 Ada Tester 3| three`,
        'not committed yet 4| \tfour',
      ].join('\n'),
    )
    expect(await history.blame({ path: 'a.ts', startLine: 3, endLine: 3 })).toBe(`${first} 2024-05-06 Ada Tester 3| three`)
    await expect(history.blame({ path: 'a.ts', startLine: 9, endLine: 12 })).rejects.toThrow('git blame failed: file a.ts has only 4 lines')
    await expect(history.blame({ path: 'b.ts', startLine: 1, endLine: 1 })).rejects.toThrow('"b.ts" does not exist. Did you mean "a.ts"?')
  })

  it('reads no file behind a link that has taken the place of a folder', async () => {
    using repository = temporaryRepository({ files: { 'src/a.ts': 'one\n' } })
    const outside = join(dirname(repository.root), 'outside')
    rmSync(join(repository.root, 'src'), { recursive: true })
    symlinkSync(outside, join(repository.root, 'src'))
    repository.write('../outside/a.ts', 'canary\n')
    const history = historyOf(repository)
    await expect(history.blame({ path: 'src/a.ts', startLine: 1, endLine: 1 })).rejects.toThrow(
      'leads out of the repository through a link.',
    )
    expect(await history.diff()).not.toContain('canary')
    expect(await history.diff('src/a.ts')).not.toContain('canary')
  })

  it('cuts a diff that nobody could read', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': '' } })
    repository.write('a.txt', 'x'.repeat(99).concat('\n').repeat(20_000))
    const text = await historyOf(repository).diff()
    expect(text.length).toBeLessThan(2 ** 20 + 200)
    expect(text).toMatch(/\[The diff is longer than this; ask for one path\.\]$/)
  })
})
