import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pathWithTools } from '../../helpers/programs.ts'
import { messageScene } from './message-scene.ts'

const packages = join(import.meta.dirname, '../../../node_modules')
const token = ['ghp', '1234567890abcdefghijABCDEFGHIJ123456'].join('_')
const scene = async (files: Record<string, string> = {}) => {
  const opened = await messageScene({ hook: 'commit-msg', files })
  const say = (text: string, ...more: readonly string[]) => opened.commit([...more, 'commit', '-m', text])
  return { ...opened, say }
}

/** The same with a configuration of commitlint, and commitlint itself installed. */
async function lintedScene(name: string, config: string) {
  const opened = await scene({ '.gitignore': 'node_modules\n', [name]: config })
  const modules = join(opened.repository.root, 'node_modules')
  mkdirSync(modules)
  for (const folder of ['.bin', '@commitlint']) symlinkSync(join(packages, folder), join(modules, folder))
  const say = (text: string) => opened.commit(['commit', '-m', text], { environment: { PATH: pathWithTools } })
  return { ...opened, say }
}

describe('the hook commit-msg', () => {
  it('lets a Conventional Commit through without a word', async () => {
    const { say, stored } = await scene()
    const { code, seen } = await say('feat(net): parse ports')
    expect([code, stored()]).toEqual([0, 'feat(net): parse ports'])
    expect(seen).not.toContain('agent')
  })

  it('stops what is none, with the rule, the value and where the text is kept', async () => {
    const { say, stored, repository, git } = await scene()
    const { code, seen } = await say('Parse ports\n\nA long text that took an hour.')
    expect([code, seen, stored()]).toMatchInlineSnapshot(`
      [
        1,
        "agent: the commit was stopped: its message breaks 1 rule.
        header-form: "Parse ports" is not <type>(<scope>): <subject>; the scope may be left out.
        Your text is kept in .git/COMMIT_EDITMSG. To go on with it: git commit -e -F .git/COMMIT_EDITMSG
      ",
        "The first commit",
      ]
    `)
    expect(readFileSync(join(repository.root, '.git/COMMIT_EDITMSG'), 'utf8')).toContain('A long text that took an hour.')
    expect((await git('commit', '-F', '.git/COMMIT_EDITMSG')).code).toBe(1)
  })

  it('lets the kept text be put right in the editor', async () => {
    const { say, stored, commit } = await scene()
    await say('Parse ports\n\nA long text.')
    const { code } = await commit(['commit', '-e', '-F', '.git/COMMIT_EDITMSG'], {
      change: 'sed "s/^Parse/feat: parse/" "$1" > "$1.new" && mv "$1.new" "$1"',
    })
    expect([code, stored()]).toEqual([0, 'feat: parse ports\n\nA long text.'])
  })

  it.each([
    ['feta: parse ports', 'type-enum'],
    [`feat: ${'parse '.repeat(20)}`, 'header-max-length'],
    ['feat: parse ports\nand more', 'body-leading-blank'],
  ])('stops %j for %s', async (text, rule) => {
    const { say } = await scene()
    expect(await say(text)).toMatchObject({ code: 1, seen: expect.stringContaining(`  ${rule}: `) })
  })

  it.each(['Revert "feat: x"', 'fixup! anything', 'squash! anything', 'amend! anything', "Merge branch 'topic'", 'v1.2.3'])(
    'asks no form of %j',
    async (text) => {
      const { say } = await scene()
      expect(await say(text)).toMatchObject({ code: 0 })
    },
  )

  it('looks at the message as git will store it', async () => {
    const { commit, stored } = await scene()
    const change = `printf 'feat: parse ports\\n\\n# ${token}\\n' | cat - "$1" > "$1.new" && mv "$1.new" "$1"`
    const { code } = await commit(['-c', 'commit.verbose=true', 'commit'], { change })
    expect([code, stored()]).toEqual([0, 'feat: parse ports'])
  })

  it('takes lines with # for text where git does', async () => {
    const { say } = await scene()
    expect(await say('#12 is fixed')).toMatchObject({ code: 1, seen: expect.stringContaining('"#12 is fixed" is not <type>') })
  })

  it('leaves an empty message to git', async () => {
    const { commit } = await scene()
    const { code, seen } = await commit()
    expect([code, seen]).toEqual([1, expect.stringContaining('Aborting commit due to empty commit message')])
    expect(seen).not.toContain('agent')
  })

  it('stops a secret anywhere, and does not repeat it', async () => {
    const { say } = await scene()
    for (const text of [`feat: parse ports\n\nWith ${token}.`, `fixup! ${token}`, `no form ${token}`]) {
      const { code, seen } = await say(text)
      expect([code, seen]).toEqual([1, expect.stringMatching(/secret: Line \d holds a secret \(GitHub token\)/)])
      expect(seen).not.toContain(token)
    }
  })

  it('warns of what may be a secret, and lets it through', async () => {
    const { say } = await scene()
    const { code, seen } = await say('feat: parse ports\n\npassword = "kT9#vLq2mZx8"')
    expect([code, seen]).toEqual([0, expect.stringContaining('line 3 of the message looks as if it held a secret')])
  })

  it('asks no form where the history has another, and says so', async () => {
    const { say, repository } = await scene()
    for (let index = 0; index < 12; index++) repository.commit(`Change number ${index}`)
    repository.stage({ 'b.ts': 'export const b = 1\n' })
    const { code, seen } = await say('Add another thing')
    expect([code, seen]).toEqual([0, expect.stringContaining('no Conventional Commit; neither are most others here')])
    repository.stage({ 'c.ts': 'export const c = 1\n' })
    expect((await say('feat: add another')).seen).not.toContain('agent')
  })

  it('allows the types that the history uses', async () => {
    const { say, repository } = await scene()
    for (let index = 0; index < 12; index++) repository.commit(`${index % 2 ? 'feat' : 'deps'}: change number ${index}`)
    repository.stage({ 'b.ts': 'export const b = 1\n' })
    expect(await say('deps: bump it')).toMatchObject({ code: 0 })
  })

  it('shows nothing that a terminal would obey', async () => {
    const { say } = await scene()
    const { seen } = await say('Parse \u001b[31mports\u202e')
    expect([seen.includes('\u001b'), seen.includes('\u202e')]).toEqual([false, false])
    expect(seen).toContain('Parse ␛[31mports')
  })

  it('is told where it is called without a file', async () => {
    const { gitWith, repository } = await scene()
    const hook = join(repository.root, '.git/hooks/commit-msg')
    const { code, seen } = await gitWith({}, '-c', `alias.call=!'${hook}'`, 'call')
    expect([code, seen]).toEqual([0, expect.stringContaining('commit-msg was called without the file')])
  })
})

describe("the project's own commitlint in the hook", () => {
  const config =
    "export default { extends: ['@commitlint/config-conventional'], rules: { 'scope-enum': [2, 'always', ['net']], 'scope-empty': [2, 'never'] } }\n"

  it('decides, whatever the history and our rules say', async () => {
    const { say, stored } = await lintedScene('commitlint.config.mjs', config)
    const { code, seen } = await say('feat(web): Parse ports.')
    expect([code, seen.replaceAll(/ {2}Your text.*\n/g, '')]).toMatchInlineSnapshot(`
      [
        1,
        "agent: the commit was stopped: its message breaks 3 rules.
        subject-case: Subject must not be sentence-case.
        subject-full-stop: Subject may not end with full stop.
        scope-enum: Scope must be one of [net].
      ",
      ]
    `)
    expect((await say('feat(net): parse ports')).code).toBe(0)
    expect(stored()).toBe('feat(net): parse ports')
  })

  it('is found as YAML, and lets its own exceptions through', async () => {
    const { say } = await lintedScene(
      '.commitlintrc.yaml',
      "extends: ['@commitlint/config-conventional']\nrules:\n  type-enum: [2, always, [only]]\n",
    )
    expect((await say('feat: parse ports')).code).toBe(1)
    expect((await say('fixup! whatever')).code).toBe(0)
  })

  it('lets the commit through with a word where it breaks, and where it is not installed', async () => {
    const broken = await lintedScene('commitlint.config.mjs', "throw new Error('broken')\n")
    expect(await broken.say('anything')).toMatchObject({
      code: 0,
      seen: expect.stringContaining("the project's commitlint could not check the message"),
    })
    const missing = await scene({ 'commitlint.config.mjs': config })
    const result = await missing.commit(['commit', '-m', 'anything'], { environment: { PATH: '/usr/bin:/bin' } })
    expect(result).toMatchObject({ code: 0, seen: expect.stringContaining('it is configured and not installed') })
  })
})
