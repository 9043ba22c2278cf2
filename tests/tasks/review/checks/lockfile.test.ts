import { describe, expect, it } from 'vitest'
import { lockfile } from '../../../../src/tasks/review/checks/lockfile.ts'
import { said, type Sides } from './reviewed.ts'

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const edit = (before: string, after: string): Sides => ({ old: before, new: after })
const node = (dependencies: Record<string, string>, more: object = {}) => json({ name: 'a', ...more, dependencies })
const bumped = edit(node({ a: '^1.0.0' }), node({ a: '^2.0.0' }))

describe('a manifest without its lock file', () => {
  it.each<[string, string, Sides]>([
    ['package.json', 'package-lock.json', bumped],
    ['package.json', 'yarn.lock', bumped],
    ['package.json', 'pnpm-lock.yaml', bumped],
    ['package.json', 'bun.lockb', bumped],
    ['tools/package.json', 'tools/npm-shrinkwrap.json', bumped],
    ['package.json', 'package-lock.json', edit(node({}), node({}, { devDependencies: { b: '1' } }))],
    ['package.json', 'package-lock.json', edit(node({}), node({}, { overrides: { b: { c: '1' } } }))],
    ['Cargo.toml', 'Cargo.lock', edit('[dependencies]\na = "1"\n', '[dependencies]\na = "2"\n')],
    [
      'Cargo.toml',
      'Cargo.lock',
      edit('[package]\nname = "x"\n', `[package]\nname = "x"\n[target.'cfg(unix)'.dependencies]\na = { version = "1" }\n`),
    ],
    ['pyproject.toml', 'uv.lock', edit('[project]\ndependencies = ["a>=1"]\n', '[project]\ndependencies = ["a>=2"]\n')],
    [
      'pyproject.toml',
      'poetry.lock',
      edit('[tool.poetry.group.dev.dependencies]\na = "1"\n', '[tool.poetry.group.dev.dependencies]\nb = "1"\n'),
    ],
    ['pyproject.toml', 'pdm.lock', edit('[dependency-groups]\ndev = []\n', '[dependency-groups]\ndev = ["a", { include-group = "b" }]\n')],
    ['Pipfile', 'Pipfile.lock', edit('[packages]\n', '[packages]\na = "*"\n')],
    ['go.mod', 'go.sum', edit('module x\n', 'module x\n\nrequire (\n\ta.b/c v1.0.0 // indirect\n)\n')],
    ['Gemfile', 'Gemfile.lock', edit(`gem 'a'\n`, `gem 'a', '~> 2'\n`)],
    ['composer.json', 'composer.lock', edit(json({ require: { a: '1' } }), json({ require: { a: '2' } }))],
  ])('is told: %s beside %s', async (path, lock, sides) => {
    const name = lock.slice(lock.lastIndexOf('/') + 1)
    expect(await said(lockfile, { [path]: sides }, { others: { [lock]: '' } })).toEqual([`${path}:- Dependencies changed, ${name} did not`])
  })

  it.each<[string, string, string, Sides]>([
    [
      'nothing of the dependencies changed',
      'package.json',
      'package-lock.json',
      edit(node({ a: '1' }), node({ a: '1' }, { version: '2', scripts: { a: 'b' } })),
    ],
    ['only their order changed', 'package.json', 'package-lock.json', edit(node({ a: '1', b: '2' }), node({ b: '2', a: '1' }))],
    ['only peer ranges changed', 'package.json', 'yarn.lock', edit(node({}), node({}, { peerDependencies: { a: '1' } }))],
    ['the manifest does not parse', 'package.json', 'package-lock.json', edit(node({ a: '1' }), '{')],
    ['a manifest is no object', 'package.json', 'package-lock.json', edit('[]', '1')],
    [
      'only features changed',
      'Cargo.toml',
      'Cargo.lock',
      edit('[dependencies]\na = "1"\n', '[dependencies]\na = { version = "1", features = ["b"] }\n'),
    ],
    ['a crate does not parse', 'Cargo.toml', 'Cargo.lock', edit('[dependencies]\na = "1"\n', '[dependencies\n')],
    ['only a group changed', 'Gemfile', 'Gemfile.lock', edit(`gem 'a'\n`, `gem "a", require: false # why\n`)],
    ['the module is locked', 'go.mod', 'go.sum', edit('', 'require a.b/c v1.0.0\n')],
    ['a module is no longer required', 'go.mod', 'go.sum', edit('require x.y/z v1.0.0\n', '')],
    ['a module is replaced by a folder', 'go.mod', 'go.sum', edit('', 'require q.r/s v1.0.0\nreplace q.r/s => ../s\n')],
    ['a version is excluded', 'go.mod', 'go.sum', edit('', 'exclude q.r/s v1.0.0\nretract v1.0.1\n')],
    ['another tool is configured', 'pyproject.toml', 'uv.lock', edit('[tool.ruff]\n', '[tool.ruff]\nline-length = 100\n')],
  ])('is right where %s', async (_, path, lock, sides) => {
    const others = { [lock]: 'a.b/c v1.0.0 h1:x=\na.b/c v1.0.0/go.mod h1:y=\n' }
    expect(await said(lockfile, { [path]: sides }, { others })).toEqual([])
  })

  it('is told for a module that is replaced by another version', async () => {
    const sides = edit('', 'require q.r/s v1.0.0\nreplace q.r/s => t.u/v v2.0.0\n')
    expect(await said(lockfile, { 'go.mod': sides }, { others: { 'go.sum': 'q.r/s v1.0.0 h1:x=\n' } })).toHaveLength(1)
  })

  it('is right with its lock file in the change, without one in the repository, and gone', async () => {
    const lock = edit('1', '2')
    expect(await said(lockfile, { 'package.json': bumped, 'package-lock.json': lock })).toEqual([])
    expect(await said(lockfile, { 'package.json': bumped })).toEqual([])
    expect(await said(lockfile, { 'package.json': { old: node({ a: '1' }), new: null } }, { others: { 'package-lock.json': '' } })).toEqual(
      [],
    )
    expect(await said(lockfile, { 'package.json': bumped }, { isPatch: true })).toEqual([])
  })

  it('is told when it is new and its workspace is locked', async () => {
    const others = { 'yarn.lock': '', 'package.json': json({ workspaces: { packages: ['packages/*'] } }) }
    expect(await said(lockfile, { 'packages/b/package.json': node({ a: '1' }) }, { others })).toEqual([
      'packages/b/package.json:- Dependencies changed, yarn.lock did not',
    ])
  })

  it.each<[string, string, string, Record<string, string>, boolean]>([
    [
      'npm',
      'packages/a/package.json',
      'package-lock.json',
      { 'package.json': json({ workspaces: ['./packages/*/', '!packages/b'] }) },
      true,
    ],
    [
      'npm, left out',
      'packages/b/package.json',
      'package-lock.json',
      { 'package.json': json({ workspaces: ['packages/*', '!packages/b'] }) },
      false,
    ],
    ['npm, without one', 'examples/a/package.json', 'package-lock.json', { 'package.json': json({}) }, false],
    ['pnpm', 'apps/a/package.json', 'pnpm-lock.yaml', { 'pnpm-workspace.yaml': 'packages:\n  - apps/**\n' }, true],
    ['pnpm, broken', 'apps/a/package.json', 'pnpm-lock.yaml', { 'pnpm-workspace.yaml': 'packages: [\n', 'package.json': '{' }, false],
    [
      'a folder of the repository',
      'js/packages/a/package.json',
      'js/yarn.lock',
      { 'js/package.json': json({ workspaces: ['packages/*'] }) },
      true,
    ],
  ])('belongs to a workspace of %s or not', async (_, path, lock, others, isMember) => {
    expect(await said(lockfile, { [path]: bumped }, { others: { ...others, [lock]: '' } })).toHaveLength(isMember ? 1 : 0)
  })

  it('belongs to a workspace of Cargo or uv as its root says', async () => {
    const crate = edit('[dependencies]\na = "1"\n', '[dependencies]\na = "2"\n')
    const python = edit('[project]\ndependencies = []\n', '[project]\ndependencies = ["a"]\n')
    const others = {
      'Cargo.lock': '',
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/x"]\n',
      'uv.lock': '',
      'pyproject.toml': '[tool.uv.workspace]\nmembers = ["libs/*"]\n',
    }
    const sides = {
      'crates/a/Cargo.toml': crate,
      'crates/x/Cargo.toml': crate,
      'libs/a/pyproject.toml': python,
      'other/pyproject.toml': python,
    }
    expect(await said(lockfile, sides, { others })).toEqual([
      'crates/a/Cargo.toml:- Dependencies changed, Cargo.lock did not',
      'libs/a/pyproject.toml:- Dependencies changed, uv.lock did not',
    ])
  })
})
