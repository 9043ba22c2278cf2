import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isSet, shouldSkip } from '../../../src/commands/hooks/should-skip.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

function folder(files: Record<string, string> = {}) {
  const made = temporaryFolder(files)
  onTestFinished(() => made[Symbol.dispose]())
  return made.path
}

describe('a hook has nothing to do', () => {
  it.each(['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG', 'rebase-merge/done', 'rebase-apply/next', 'sequencer/todo'])(
    'while there is %s, also below the top',
    (name) => {
      const directory = folder({ [`.git/${name}`]: '', 'sub/a.ts': '' })
      expect([shouldSkip({ directory, environment: {} }), shouldSkip({ directory: join(directory, 'sub'), environment: {} })]).toEqual([
        true,
        true,
      ])
    },
  )

  it('while the git directory that `.git` names says so, be it relative or absolute', () => {
    const place = folder({ 'main/.git/worktrees/a/MERGE_HEAD': '', 'a/.git': 'gitdir: ../main/.git/worktrees/a\n' })
    expect(shouldSkip({ directory: join(place, 'a'), environment: {} })).toBe(true)
    expect(shouldSkip({ directory: join(place, 'main'), environment: {} })).toBe(false)
    const absolute = folder({ '.git': `gitdir: ${place}/main/.git/worktrees/a\r\n` })
    expect(shouldSkip({ directory: absolute, environment: {} })).toBe(true)
  })

  it('while the git directory that git names says so', () => {
    const directory = folder({ 'elsewhere/MERGE_HEAD': '', '.git/HEAD': '' })
    expect(shouldSkip({ directory, environment: { GIT_DIR: 'elsewhere' } })).toBe(true)
  })

  it('where AGENT_SKIP is set', () => {
    expect(shouldSkip({ directory: folder(), environment: { AGENT_SKIP: '1' } })).toBe(true)
  })
})

it.each([
  ['a repository at rest', { '.git/HEAD': '' }],
  ['no repository', {}],
  ['a file `.git` that names nothing', { '.git': 'nonsense' }],
])('a hook has something to do in %s', (_what, files: Record<string, string>) => {
  expect(shouldSkip({ directory: folder(files), environment: { AGENT_SKIP: '' } })).toBe(false)
})

it('cannot tell from a `.git` that is neither readable nor a folder of git', () => {
  const directory = folder()
  mkdirSync(join(directory, '.git'))
  expect(shouldSkip({ directory, environment: {} })).toBe(false)
})

it.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['False', false],
  ['no', false],
  ['off', false],
  ['1', true],
  ['true', true],
  ['yes', true],
])('a switch of %j is %s', (value, is) => expect(isSet(value)).toBe(is))
