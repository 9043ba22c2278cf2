import { describe, expect, it } from 'vitest'
import { markdownlint } from '../../src/linters/markdownlint.ts'
import { checkFiles, diagnosticsOf, hear } from './check-files.ts'
import { linterContract, rangeOf } from './contract.ts'

linterContract({
  linter: markdownlint,
  probe: ['markdownlint-cli2', 'no-such-file.md'],
  project: { '.markdownlint.json': '{ "default": true }\n' },
  clean: { path: 'docs/clean.md', text: '# Clean\n' },
  problem: { path: 'docs/problem.md', text: '# Title\n\nhttps://example.com\n', rule: 'MD034/no-bare-urls', severity: 'error' },
  emoji: { path: 'docs/emoji.md', text: '# Title\n\nAn 😀é https://example.com\n', token: 'https://example.com', precision: 'start' },
  crash: { '.markdownlint.json': '{ "default": \n' },
  withoutConfiguration: 'checked',
  repair: { path: 'docs/repair.md', before: '# Title\n\nText \n', after: '# Title\n\nText\n' },
})

const project = { '.markdownlint.json': '{ "default": true }\n' }

describe('markdownlint', () => {
  it.each([
    ['behind a byte order mark', '\uFEFF# Title 😀\n\nAn é https://example.com\n'],
    ['below carriage returns that git does not count', '# Title\r\rAn 😀 https://example.com\n'],
    ['below front matter', '---\ntitle: é\n---\n\nAn 😀 https://example.com\n'],
  ])('tells the start of a token %s', async (_, text) => {
    const { endColumn: _end, ...start } = rangeOf(text.replace('\uFEFF', ''), 'https://example.com')
    const diagnostics = diagnosticsOf(await checkFiles(markdownlint, { ...project, 'a.md': text }, ['a.md']))
    expect(diagnostics.filter(({ rule }) => rule?.startsWith('MD034')).map(({ range }) => range)).toEqual([{ ...start, endColumn: null }])
  })

  it('finds the file in names that look like places', async () => {
    const name = 'a:1:2 error MD001/x y.md'
    const diagnostics = diagnosticsOf(await checkFiles(markdownlint, { ...project, [name]: '# A\n\nText \n' }, [name]))
    expect(diagnostics).toMatchObject([{ path: name, rule: 'MD009/no-trailing-spaces', range: { startLine: 3 }, isFixable: true }])
  })

  it('checks no other files than those asked for, also when its configuration names them', async () => {
    const files = { '.markdownlint-cli2.jsonc': '{ "globs": ["**/*.md"] }', 'a.md': '# A\n', 'b.md': 'Text \n' }
    expect(await checkFiles(markdownlint, files, ['a.md'])).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
  })

  it('fails when it prints less than it has found', async () => {
    const stdout = 'Linting: 1 file\nSummary: 3 issues in 1 file\n'
    const stderr = 'a.md:1 error MD041/first-line Missing\nNode warns of something\n'
    expect(await hear(markdownlint, { code: 1, stdout, stderr }, ['a.md'])).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('cannot be read'),
    })
  })

  it('reads the lines of older versions, which have no severity', async () => {
    const stdout = 'Linting: 1 file(s)\nSummary: 1 error(s)\n'
    const outcome = await hear(markdownlint, { code: 1, stdout, stderr: 'a.md:2:1 MD041/first-line Missing\n' }, ['a.md'])
    expect(diagnosticsOf(outcome)).toMatchObject([
      { severity: 'error', rule: 'MD041/first-line', message: 'Missing', isFixable: false, range: { startLine: 2, startColumn: 1 } },
    ])
  })

  it('tells warnings as such', async () => {
    const stdout = 'Summary: 1 issue in 1 file\n'
    const outcome = await hear(markdownlint, { stdout, stderr: 'a.md:2 warning MD047/x Y\n' }, ['a.md'])
    expect(diagnosticsOf(outcome)).toMatchObject([{ severity: 'warning', isFixable: true, range: { startLine: 2, startColumn: null } }])
  })
})
