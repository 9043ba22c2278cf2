import { describe, expect, it } from 'vitest'
import { golangciLint } from '../../src/linters/golangci-lint.ts'
import { requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { ask, goEnvironment } from '../helpers/programs.ts'
import { linterContract } from './contract.ts'

const isHere = ask('golangci-lint', '--version') !== null

// Neither a package of the system nor one of npm or PyPI brings it, so that it may be missing everywhere.
if (isHere) {
  linterContract({
    linter: golangciLint,
    probe: ['golangci-lint', '--version'],
    project: { '.golangci.yml': 'version: "2"\n', 'go.mod': 'module example.com/demo\n\ngo 1.21\n' },
    clean: { path: 'clean/clean.go', text: 'package clean\n\nfunc OK() int { return 1 }\n' },
    problem: {
      path: 'problem/problem.go',
      text: 'package problem\n\nimport "os"\n\nfunc F() { os.Remove("x") }\n',
      rule: 'errcheck',
      severity: 'warning',
    },
    broken: { path: 'broken/broken.go', text: 'package broken\n\nfunc (\n' },
    emoji: {
      path: 'emoji/emoji.go',
      text: 'package emoji\n\nimport "os"\n\nfunc F() { _ = "😀é"; os.Remove("x") } // é\n',
      token: '("x")',
      precision: 'start',
    },
    crash: { '.golangci.yml': 'version: "2"\nlinters: 7\n' },
    environment: goEnvironment(),
    // Go passes over files with other names.
    oddNames: ['with space', 'ünï-çödé-😀'],
  })
}
it.skipIf(isHere)('golangci-lint, the real program (not installed here: it comes from `go install` only)', () => {
  expect(isHere).toBe(false)
})

describe('golangci-lint, what it prints', () => {
  const use = { linter: 'golangci-lint', directory: '.', program: ['golangci-lint'] }
  const issue = (more: object = {}, place: object = {}) => ({
    FromLinter: 'errcheck',
    Text: 'm',
    Severity: '',
    Pos: { Filename: '/nowhere/p/a.go', Line: 2, Column: 3, ...place },
    ...more,
  })
  const ask1 = (...results: readonly { code?: number; stdout?: string; stderr?: string }[]) => {
    const { run, commands } = scriptedRun(...results)
    return {
      commands,
      outcome: golangciLint.check(use, requestFor('/nowhere', ['p/a.go'], { run, readText: async () => 'package p\n\tx()\n' })),
    }
  }
  const output = (...issues: readonly object[]) => JSON.stringify({ Issues: issues, Report: {} })

  it('is one line of JSON among other formats, in bytes from one', async () => {
    const { outcome } = ask1({ code: 1, stdout: `p/a.go:2:3: m (errcheck)\n${output(issue())}\n1 issues.` })
    const range = { startLine: 2, startColumn: 3, endLine: 2, endColumn: null }
    const expected = {
      tool: 'golangci-lint',
      rule: 'errcheck',
      severity: 'warning',
      path: 'p/a.go',
      range,
      message: 'm',
      isFatal: false,
      isFixable: false,
    }
    expect(await outcome).toEqual({ status: 'checked', diagnostics: [expected], elsewhere: 0 })
  })

  it('has rules inside of linters, levels, fixes, and complaints without a place', async () => {
    const { outcome } = ask1({
      code: 1,
      stdout: output(
        issue({ Text: 'SA1000: bad', FromLinter: 'staticcheck', Severity: 'error' }),
        issue({ FromLinter: 'gofmt', Replacement: {} }, { Column: 0 }),
        issue({ FromLinter: 'x', SuggestedFixes: [] }, { Line: 0 }),
      ),
    })
    expect(await outcome).toMatchObject({
      diagnostics: [
        { rule: 'x', range: null, isFixable: true },
        { rule: 'gofmt', range: { startColumn: null }, isFixable: true },
        { rule: 'staticcheck/SA1000', severity: 'error', isFixable: false },
      ],
    })
  })

  it('is asked in another way in version 1', async () => {
    const { outcome, commands } = ask1(
      { code: 3, stderr: 'Error: unknown flag: --output.json.path' },
      { code: 0, stdout: JSON.stringify({ Issues: null }) },
    )
    expect(await outcome).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
    expect(commands.map(({ argv }) => argv[2])).toEqual(['--output.json.path=stdout', '--out-format=json'])
    expect(commands[0]?.argv.at(-1)).toBe('./p')
  })

  it('has no answer when another file does not compile', async () => {
    const compiler = { FromLinter: 'typecheck', Text: 'undefined: x' }
    const { outcome } = ask1({ code: 1, stdout: output(issue(compiler, { Column: 0 }), issue(compiler, { Filename: '/nowhere/p/b.go' })) })
    expect(await outcome).toMatchObject({ status: 'failed', reason: expect.stringContaining('b.go') })
    const own = ask1({ code: 1, stdout: output(issue(compiler)) })
    expect(await own.outcome).toMatchObject({ diagnostics: [{ rule: null, severity: 'error', isFatal: true }] })
  })

  it('is a failure when nothing explains its status', async () => {
    expect(await ask1({ code: 1, stdout: output() }).outcome).toMatchObject({ status: 'failed' })
    expect(await ask1({ code: 0, stdout: 'nothing' }).outcome).toMatchObject({ status: 'failed' })
    expect(await ask1({ code: 0, stdout: '{"Issues":7}' }).outcome).toMatchObject({ status: 'failed' })
  })

  it('is found by its configuration', async () => {
    const project = { root: '/x', files: ['a/.golangci.toml', 'b/golangci.yml'], read: async () => null, exists: async () => false }
    expect((await golangciLint.detect(project)).map(({ directory }) => directory)).toEqual(['a'])
    expect(golangciLint.handles('a.go')).toBe(true)
  })
})
