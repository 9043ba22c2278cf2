import { describe, expect, it } from 'vitest'
import { checkedByMypy } from '../../src/linters/mypy-files.ts'

const all = ['src/a.py', 'src/deep/b.py', 'tests/t.py', 'srcs/c.py', 'setup.py']
const with_ = (files: Record<string, string>, directory = '.') =>
  checkedByMypy(
    all.map((path) => (directory === '.' ? path : `${directory}/${path}`)),
    directory,
    async (path) => files[path] ?? null,
  )

describe('the files that a project lets mypy look at', () => {
  it.each([
    ['a list in pyproject.toml', { 'pyproject.toml': '[tool.mypy]\nstrict = true\nfiles = ["src", "setup.py"]\n' }],
    ['a text in pyproject.toml', { 'pyproject.toml': '[tool.mypy]\nfiles = "src/, setup.py"\n' }],
    ['mypy.ini', { 'mypy.ini': '[mypy-x]\nfiles = tests\n[mypy]\nstrict = True\nfiles = src,\n    setup.py\n\n[mypy-y]\n' }],
    ['setup.cfg with another end of lines', { 'setup.cfg': '[metadata]\r\nname = x\r\n[mypy]\r\nfiles = src, setup.py\r\n' }],
    ['a pattern', { '.mypy.ini': '[mypy]\nfiles = src/**/*.py, setup.py\n' }],
    ['the first that is about mypy', { 'mypy.ini': '[mypy]\nfiles = src,setup.py', 'pyproject.toml': '[tool.mypy]\nfiles = ["tests"]' }],
  ])('are those of %s', async (_, files) => {
    expect(await with_(files)).toEqual(['src/a.py', 'src/deep/b.py', 'setup.py'])
  })

  it.each([
    ['nothing is said', {}],
    ['another tool is configured', { 'pyproject.toml': '[tool.ruff]\nfiles = ["src"]' }],
    ['the file cannot be read', { 'pyproject.toml': '[tool.mypy\nfiles = ["src"]' }],
    ['no files are named', { 'mypy.ini': '[mypy]\nstrict = True\n' }],
    ['it is everything', { 'mypy.ini': '[mypy]\nfiles = .\n' }],
  ])('are all where %s', async (_, files) => {
    expect(await with_(files)).toEqual(all)
  })

  it('are relative to the folder of the configuration', async () => {
    expect(await with_({ 'api/mypy.ini': '[mypy]\nfiles = tests\n' }, 'api')).toEqual(['api/tests/t.py'])
  })
})
