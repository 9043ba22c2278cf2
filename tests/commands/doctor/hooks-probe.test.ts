import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hooksProbe } from '../../../src/commands/doctor/hooks-probe.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { folder, surroundings, told } from './surroundings-fixture.ts'

function repository() {
  const made = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  onTestFinished(() => made.remove())
  const look = (root = made.root, directory = root) => told(hooksProbe, surroundings({ directory, root, environment: made.environment }))
  const hook = (path: string, text: string, mode = 0o755) => {
    const file = join(made.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `#!/bin/sh\n${text}\n`)
    chmodSync(file, mode)
  }
  return { ...made, look, hook }
}

const none = 'warning: no hook calls agent -> Run `agent hooks install` if every commit is to be reviewed.'

describe('the hooks probe', () => {
  it('does not look outside a repository', async () => {
    expect(await told(hooksProbe, surroundings())).toBeNull()
  })

  it('says that no hook calls agent, whatever other hooks do', async () => {
    const { look, hook } = repository()
    expect(await look()).toBe(none)
    hook('.git/hooks/pre-commit', 'ssh-agent reviewer; npm test')
    expect(await look()).toBe(none)
  })

  it.each([
    'exec agent hooks run pre-commit -- "$@"',
    'agent review --staged',
    'npx coding-agent review --staged',
    '"$node" src/main.ts review --staged',
  ])('finds the hook that calls `%s`, from a folder below too', async (call) => {
    const { look, hook, root } = repository()
    hook('.git/hooks/pre-commit', call)
    mkdirSync(join(root, 'below'))
    const line = `ok: pre-commit in ${join(root, '.git', 'hooks')}`
    expect([await look(), await look(root, join(root, 'below'))]).toEqual([line, line])
  })

  it('finds what a manager calls', async () => {
    const { look, hook, root } = repository()
    hook('.git/hooks/pre-push', 'call_lefthook run pre-push "$@"')
    writeFileSync(join(root, 'lefthook.yml'), 'pre-push:\n  commands:\n    review:\n      run: agent review --base main\n')
    expect(await look()).toBe(`ok: pre-push in ${join(root, '.git', 'hooks')}`)
  })

  it('sees that git passes over a hook that is not executable', async () => {
    const { look, hook, root } = repository()
    hook('.git/hooks/pre-commit', 'agent review --staged', 0o644)
    const path = join(root, '.git', 'hooks', 'pre-commit')
    expect(await look()).toBe(`warning: .git/hooks/pre-commit is not executable, so git passes over it -> Run \`chmod +x ${path}\`.`)
  })

  it('sees that husky does nothing in a fresh linked worktree', async () => {
    const { look, hook, git, commit, root } = repository()
    hook('.husky/pre-commit', 'agent review --staged')
    commit('Add hooks', { '.gitignore': '.husky/_\n' })
    expect(await look()).toBe('warning: .husky has hooks that call agent, but git does not run them here -> Run `npx husky` in this clone.')

    hook('.husky/_/pre-commit', '. "${0%/*}/h"')
    git('config', 'core.hooksPath', '.husky/_')
    expect(await look()).toBe(`ok: pre-commit in ${join(root, '.husky', '_')}`)

    const linked = join(folder(), 'linked')
    git('worktree', 'add', '--quiet', linked)
    expect(await look(linked)).toBe(
      `warning: core.hooksPath is ${join(linked, '.husky', '_')}, which does not exist: no hook runs here -> Run \`npx husky\` in this worktree.`,
    )
  })

  it('sees a hook folder that is gone', async () => {
    const { look, git } = repository()
    git('config', 'core.hooksPath', '/nowhere/hooks')
    expect(await look()).toBe(
      'warning: core.hooksPath is /nowhere/hooks, which does not exist: no hook runs here -> Create it, or run `git config --unset core.hooksPath`.',
    )
  })

  it('says when git refuses to tell', async () => {
    const { environment } = repository()
    const directory = folder()
    await expect(told(hooksProbe, surroundings({ directory, root: directory, environment }))).rejects.toThrow('is not in a git repository.')
  })
})
