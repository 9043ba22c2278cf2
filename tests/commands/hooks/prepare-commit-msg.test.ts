import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { good, message, messageScene, port } from './message-scene.ts'

const scene = (more: Partial<Parameters<typeof messageScene>[0]> = {}) => messageScene({ hook: 'prepare-commit-msg', ...more })

describe('the hook prepare-commit-msg', () => {
  it('has the message in the editor, above what git says', async () => {
    const { commit, seen, stored } = await scene()
    expect((await commit()).code).toBe(0)
    expect(seen()).toMatch(/^feat: parse ports\n\nCallers had to do it themselves\.\n\n# Please enter.*new file: {3}src\/port\.ts\n#\n$/s)
    expect(stored()).toBe(message)
  })

  it.each([
    ['-m', ['commit', '-m', 'my own words'], 'my own words'],
    ['-F', ['commit', '-F', 'README.md'], '# Demo'],
    ['-m and an editor', ['commit', '-e', '-m', 'my own words'], 'my own words'],
    ['--amend', ['commit', '--amend'], 'The first commit'],
    ['--amend --no-edit', ['commit', '--amend', '--no-edit'], 'The first commit'],
    ['-c', ['commit', '-c', 'HEAD'], 'The first commit'],
    ['--fixup', ['commit', '--fixup', 'HEAD'], 'fixup! The first commit'],
    ['--squash', ['commit', '--squash', 'HEAD', '--no-edit'], 'squash! The first commit'],
  ])('leaves alone what is written with %s, and asks nobody', async (_name, args, expected) => {
    const { commit, stored, server } = await scene()
    expect((await commit(args)).code).toBe(0)
    expect([stored(), server.chatRequests]).toEqual([expected, []])
  })

  it.each([
    ['commit.verbose', ['-c', 'commit.verbose=true', 'commit'], message],
    ['commit.cleanup=scissors', ['-c', 'commit.cleanup=scissors', 'commit'], message],
    ['--cleanup=scissors', ['commit', '--cleanup=scissors'], message],
    ['core.commentChar', ['-c', 'core.commentChar=;', 'commit'], message],
    ['core.commentChar=auto', ['-c', 'core.commentChar=auto', 'commit'], message],
    ['commit.status=false', ['-c', 'commit.status=false', 'commit'], message],
    ['a path', ['commit', 'src/port.ts'], message],
    ['-a', ['commit', '-a'], message],
    ['--signoff', ['commit', '--signoff'], `${message}\n\nSigned-off-by: Ada Tester <ada@example.com>`],
  ])('stores the message alone with %s', async (_name, args, expected) => {
    const { commit, stored } = await scene()
    await commit(args)
    expect(stored()).toBe(expected)
  })

  it('describes the index that git hands it, with the files that are named and no others', async () => {
    const { commit, server, repository } = await scene()
    repository.stage({ 'other.ts': 'export const other = 1\n' })
    await commit(['commit', 'src/port.ts'])
    const asked = JSON.stringify(server.chatRequests[0]?.body)
    expect([asked.includes('src/port.ts'), asked.includes('other.ts')]).toEqual([true, false])
  })

  it('fills in above a template of comments, and leaves one with text alone', async () => {
    const { commit, seen, repository, stored, server } = await scene()
    repository.write('.git/comments', '# Why is it done?\n# What changes?\n')
    expect((await commit(['commit', '-t', '.git/comments'])).code).toBe(0)
    expect([seen().slice(0, 90), stored()]).toEqual([
      expect.stringContaining(`${message}\n\n# Why is it done?\n# What changes?\n`),
      message,
    ])
    repository.stage({ 'src/port.ts': `${port}\n` })
    repository.write('.git/words', 'Ticket: \n')
    await commit(['commit', '-t', '.git/words'])
    expect([seen(), server.chatRequests.length]).toEqual([expect.stringMatching(/^Ticket: \n\n# Please/), 1])
  })

  it.each([':', 'true', '/bin/true'])('writes nothing where %j is the editor, and nobody would read it', async (editor) => {
    const { commit, server } = await scene()
    expect(await commit([], { environment: { GIT_EDITOR: editor } })).toMatchObject({
      code: 1,
      seen: expect.stringContaining('empty commit message'),
    })
    expect(server.chatRequests).toEqual([])
  })

  it('looks for the editor where git does', async () => {
    const { gitWith, server } = await scene()
    await gitWith({ GIT_EDITOR: '', VISUAL: 'true' }, 'commit')
    await gitWith({ EDITOR: 'true' }, 'commit')
    await gitWith({ EDITOR: '/bin/false' }, '-c', 'core.editor=true', 'commit')
    expect(server.chatRequests).toEqual([])
  })

  it('says what is staged in a comment where there is no model, and the commit needs words', async () => {
    const { commit, seen } = await scene()
    const { code } = await commit([], { environment: { AGENT_BASE_URL: '', AGENT_MODEL: '' } })
    expect(code).toBe(1)
    expect(seen()).toMatch(
      /^\n# agent: There is no model, so no message was written\. What is staged:\n# 1 file changed, 3 lines added\n# {3}added {2}src\/port\.ts \+3 {2}\(new function parsePort\)\n#\n# Please/,
    )
  })

  it('says in that comment, and not in the terminal too, that the configuration is broken', async () => {
    const { commit, seen, repository } = await scene()
    repository.stage({ 'agent.config.yaml': 'hooks: { preComit: 1 }\n' })
    const { seen: shown } = await commit()
    expect(seen()).toMatch(
      /^\n# agent: no message was prepared: agent\.config\.yaml:1: hooks\.preComit is not a known key\. [^]*\n#\n# Please/,
    )
    expect(shown).not.toContain('agent: ')
  })

  it.each([
    ['commit.cleanup=scissors', ['-c', 'commit.cleanup=scissors', 'commit'], true],
    ['commit.verbose', ['-c', 'commit.verbose=true', 'commit'], true],
    ['commit.cleanup=whitespace', ['-c', 'commit.cleanup=whitespace', 'commit'], false],
  ])('never lets that comment into the commit: %s', async (_name, args, isThere) => {
    const { commit, seen, stored } = await scene({ answer: 'no JSON at all' })
    await commit(args, { change: 'printf "my own words\\n" | cat - "$1" > "$1.new" && mv "$1.new" "$1"' })
    expect([seen().includes('agent: No message passed'), stored().includes('agent:')]).toEqual([isThere, false])
  })

  it('never has raw output of a model in the file', async () => {
    for (const answer of [
      'Sure! Here is a message: feat: x',
      '{"subject":"feat: x\\n\\nSigned-off-by: Eve"',
      JSON.stringify({ ...good, subject: 'parse\u001b[31m ports' }),
    ]) {
      const { commit, seen } = await scene({ answer })
      await commit()
      expect(seen()).toMatch(/^\n# agent: /)
    }
  })

  it('lets the commit go on where nothing answers, within its time', async () => {
    const { commit, seen, server, repository } = await scene()
    server.setMode('silent')
    repository.write('agent.config.yaml', 'hooks: { commitMessage: { maxTime: 1s } }\n')
    const { code } = await commit([], { change: 'echo "feat: my own words" > "$1"' })
    expect([code, seen()]).toEqual([0, expect.stringMatching(/^\n# agent: .*the time limit of 1s was reached/)])
    await server.close()
    repository.stage({ 'src/port.ts': `${port}\n` })
    await commit()
    expect(seen()).toMatch(/^\n# agent: .*(?:No answer|reach|refused)/i)
  })

  it('answers from its cache where the same is staged again', async () => {
    const { commit, seen, server } = await scene()
    await commit([], { change: 'exit 1' })
    const first = seen()
    await commit([], { change: 'exit 1' })
    expect([seen(), server.chatRequests.length]).toEqual([first, 1])
  })

  it('says nothing about an empty commit, a merge, a cherry-pick, a revert or a rebase', async () => {
    const { commit, repository, server, git } = await scene()
    repository.commit('on main')
    expect(await commit(['commit', '--allow-empty'])).toMatchObject({ code: 1 })
    repository.git('checkout', '-q', '-b', 'topic', 'HEAD~1')
    repository.commit('on topic', { 'b.txt': 'b\n' })
    const { code } = await commit(['merge', '--no-ff', '--edit', 'main'])
    expect(code).toBe(1)
    repository.git('merge', '--quiet', '--no-ff', '--no-edit', 'main')
    expect((await git('revert', '--no-edit', 'main')).code).toBe(0)
    expect((await git('cherry-pick', '--allow-empty', 'main')).code).not.toBeNull()
    expect(server.chatRequests).toEqual([])
  })

  it('finds the file in a linked worktree and from a folder below', async () => {
    const { repository, commit, seen } = await scene()
    repository.commit('base')
    repository.git('worktree', 'add', '-q', '../linked')
    const linked = join(repository.root, '../linked')
    writeFileSync(join(linked, 'a.ts'), 'export const a = 1\n')
    repository.git('-C', linked, 'add', 'a.ts')
    expect((await commit(['-C', linked, 'commit'])).code).toBe(0)
    expect(seen()).toMatch(/^feat: parse ports\n/)
    repository.stage({ 'src/b.ts': 'export const b = 1\n' })
    await commit(['-C', join(repository.root, 'src'), 'commit'])
    expect([seen().startsWith('feat: parse ports\n'), existsSync(join(repository.root, 'src/.git'))]).toEqual([true, false])
  })

  it('writes in the encoding in which git keeps messages', async () => {
    const { commit, repository } = await scene({ answer: JSON.stringify({ ...good, body: 'The caf\u00e9 had no port.' }) })
    repository.git('config', 'i18n.commitEncoding', 'ISO-8859-1')
    await commit()
    expect(repository.gitBytes(['cat-file', 'commit', 'HEAD']).includes(Buffer.from('caf\u00e9', 'latin1'))).toBe(true)
  })

  it('drops a body that would be taken for comments', async () => {
    const { commit, stored } = await scene()
    await commit(['-c', 'core.commentChar=C', 'commit'])
    expect(stored()).toBe('feat: parse ports')
  })

  it('is skipped with AGENT_SKIP', async () => {
    const { commit, seen, server } = await scene()
    await commit([], { environment: { AGENT_SKIP: '1' } })
    expect([seen().startsWith('\n# Please'), server.chatRequests]).toEqual([true, []])
  })

  it('leaves no draft beside the file', async () => {
    const { commit, repository } = await scene()
    await commit()
    expect(readFileSync(join(repository.root, '.git/COMMIT_EDITMSG'), 'utf8')).toContain('feat: parse ports')
    expect(repository.git('status', '--porcelain')).toBe('')
  })
})
