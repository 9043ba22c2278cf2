import { describe, expect, it } from 'vitest'
import type { ChangedFile } from '../../../src/domain/change.ts'
import { conventionalTypes } from '../../../src/domain/commit-message-rules.ts'
import { chooseScopes } from '../../../src/tasks/commit-message/choose-scopes.ts'
import { chooseTypes } from '../../../src/tasks/commit-message/choose-types.ts'
import type { FileFacts } from '../../../src/tasks/commit-message/facts.ts'
import { roleOf } from '../../../src/tasks/commit-message/file-role.ts'

const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  oldPath: null,
  status: 'modified',
  kind: 'text',
  oldMode: '100644',
  newMode: '100644',
  size: 10,
  encoding: 'utf8',
  hunks: [],
  omitted: null,
  addedLines: 1,
  removedLines: 1,
  ...more,
})
const facts = (path: string, more: Partial<FileFacts> = {}, about: Partial<ChangedFile> = {}): FileFacts => {
  const changed = file(path, about)
  return {
    file: changed,
    role: roleOf(changed),
    symbols: { added: [], changed: [], removed: [] },
    removedExports: [],
    isOnlyDocumentation: false,
    ...more,
  }
}
const hunk = (removed: string, added: string) => {
  const line = (kind: 'added' | 'removed', text: string) => ({ kind, text, oldLine: 1, newLine: 1, endsWithoutNewline: false })
  return { hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: [line('removed', removed), line('added', added)] }] }
}
const source = ['chore', 'feat', 'fix', 'perf', 'refactor', 'style']
const typesOf = (...paths: readonly string[]) =>
  chooseTypes(
    paths.map((path) => facts(path)),
    conventionalTypes,
  )

describe('the types of a change', () => {
  it.each([
    [['README.md'], ['docs']],
    [['docs/guide.md', 'docs/flow.svg', 'LICENSE'], ['docs']],
    [['tests/a.test.ts', 'src/b.spec.js'], ['test']],
    [['.github/workflows/ci.yml'], ['ci']],
    [['.gitlab-ci.yml', 'Jenkinsfile'], ['ci']],
    [
      ['package.json', 'package-lock.json'],
      ['build', 'chore'],
    ],
    [['Cargo.lock'], ['build', 'chore']],
    [['requirements-dev.txt'], ['build', 'chore']],
    [
      ['.gitignore', '.editorconfig', '.prettierrc.json'],
      ['build', 'chore'],
    ],
    [['dist/app.min.js'], ['build', 'chore']],
    [
      ['README.md', 'tests/a.test.ts'],
      ['chore', 'docs', 'test'],
    ],
    [['README.md', 'dist/app.min.js'], ['docs']],
    [['src/a.ts'], source],
    [['src/a.ts', 'README.md', 'tests/a.test.ts'], source],
    [
      ['src/a.ts', 'package.json'],
      ['build', ...source],
    ],
  ])('%j are %j', (paths, types) => {
    expect(typesOf(...paths)).toEqual(types)
  })

  it('are those of moved, of commented and of newly laid out code', () => {
    const moved = facts('src/b.ts', {}, { status: 'renamed', oldPath: 'src/a.ts', addedLines: 0, removedLines: 0 })
    expect(chooseTypes([moved], conventionalTypes)).toEqual(['chore', 'refactor'])
    expect(chooseTypes([facts('src/a.ts', { isOnlyDocumentation: true })], conventionalTypes)).toEqual(['docs'])
    expect(chooseTypes([facts('src/a.ts', {}, hunk('a( b )', 'a(b)'))], conventionalTypes)).toEqual(['style'])
    expect(chooseTypes([facts('src/a.py', {}, hunk('  a(b)', 'a(b)'))], conventionalTypes)).toEqual(source)
  })

  it('are also those of what there is more of than code', () => {
    const tests = facts('tests/a.test.ts', {}, { addedLines: 50 })
    expect(chooseTypes([facts('src/a.ts'), tests], conventionalTypes)).toEqual([...source, 'test'])
    expect(chooseTypes([facts('src/a.ts', { isOnlyDocumentation: true }), tests], conventionalTypes)).toEqual(['docs', 'test'])
    expect(chooseTypes([facts('src/a.ts'), facts('.gitignore')], conventionalTypes)).toEqual(['build', ...source])
  })

  it('are of the project: its own ones where the paths decide nothing, and all of them where none fits', () => {
    expect(chooseTypes([facts('src/a.ts')], ['feature', 'fix', 'revert'])).toEqual(['feature', 'fix', 'revert'].slice(0, 2))
    expect(chooseTypes([facts('README.md')], ['feature', 'docs'])).toEqual(['docs'])
    expect(chooseTypes([facts('README.md')], ['feature', 'bug', 'revert'])).toEqual(['feature', 'bug'])
    expect(chooseTypes([facts('README.md')], ['revert'])).toEqual(['revert'])
  })
})

describe('the scopes of a change', () => {
  const any = { scopes: null, scope: 'optional' } as const
  const scopesOf = (paths: string[], history: string[] = [], rules: Parameters<typeof chooseScopes>[0]['rules'] = any) =>
    chooseScopes({ paths, history, rules })
  const many = (header: string, count: number) => Array.from({ length: count }, (_, index) => `${header} ${index}`)

  it('are those that the project lists, and none where it has none', () => {
    expect(scopesOf(['src/a.ts'], [], { scopes: ['x', 'y'], scope: 'optional' })).toEqual(['x', 'y'])
    expect(scopesOf(['packages/a/b.ts'], [], { scopes: ['x'], scope: 'forbidden' })).toEqual([])
  })

  it('are packages, then what the history uses for such paths, then what it uses often', () => {
    const history = ['feat(net): a', 'fix(db): b', ...many('fix(deps): bump', 3), 'docs: c', 'Merge branch x']
    expect(scopesOf(['packages/core/src/net/socket.ts'], history)).toEqual(['core', 'net', 'deps'])
  })

  it('are folders in a project without a history of them', () => {
    expect(scopesOf(['src/net/socket.ts', 'src/net/address.ts', 'tests/ui/a.test.ts'])).toEqual(['net', 'ui'])
    expect(scopesOf(['a/x.ts', 'b/x.ts', 'c/x.ts', 'd/x.ts'])).toEqual([])
    expect(scopesOf(['src/index.ts', 'README.md'])).toEqual([])
  })

  it('are none where the project never uses one, unless one is asked for', () => {
    const history = many('feat: add', 12)
    expect(scopesOf(['src/net/socket.ts'], history)).toEqual([])
    expect(scopesOf(['src/net/socket.ts'], history, { scopes: null, scope: 'required' })).toEqual(['net'])
  })

  it('have no names that could not be a scope', () => {
    expect(scopesOf(['packages/a (b)/x.ts', 'packages/::error/x.ts'], ['feat(a\u001bb): x', 'feat( ): x'])).toEqual([])
  })
})
