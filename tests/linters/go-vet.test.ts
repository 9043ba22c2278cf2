import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { goVet } from '../../src/linters/go-vet.ts'
import { requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { goEnvironment } from '../helpers/programs.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: goVet,
  probe: ['go', 'version'],
  project: { 'go.mod': 'module example.com/demo\n\ngo 1.21\n' },
  clean: { path: 'clean/clean.go', text: 'package clean\n\nfunc OK() int { return 1 }\n' },
  problem: { path: 'problem/problem.go', text: 'package problem\n\nfunc F(x int) { x = x }\n', rule: 'assign', severity: 'warning' },
  broken: { path: 'broken/broken.go', text: 'package broken\n\nfunc (\n' },
  emoji: {
    path: 'emoji/emoji.go',
    text: 'package emoji\n\nimport "fmt"\n\nfunc F() { _ = "😀é"; fmt.Printf("%d", "s") } // é\n',
    token: '%d',
    precision: 'range',
  },
  crash: { 'go.mod': 'nonsense\n' },
  withoutConfiguration: 'failed',
  environment: goEnvironment(),
  // Go passes over files with other names.
  oddNames: ['with space', 'ünï-çödé-😀'],
})

describe('go vet, what it prints', () => {
  const checked = (result: { code?: number; stdout?: string; stderr?: string }) => {
    const { run } = scriptedRun(result)
    return goVet.check({ linter: 'go-vet', directory: '.', program: ['go'] }, requestFor('/nowhere', ['a.go'], { run }))
  }
  const complaint = { posn: '/nowhere/a.go:3:1', message: 'm' }
  const json = (value: object) => JSON.stringify(value, null, '\t')

  it('is on standard error before Go 1.24, between names of packages', async () => {
    const stderr = `# m\n${json({ m: { printf: [complaint] } })}\n# m/x\n{}\n`
    expect(await checked({ stderr })).toMatchObject({ diagnostics: [{ rule: 'printf', range: { startLine: 3, startColumn: null } }] })
  })

  it('is told with the place as it stands when it cannot be read', async () => {
    expect(await checked({ stdout: json({ m: { x: [{ ...complaint, posn: '-' }] } }) })).toMatchObject({
      status: 'checked',
      diagnostics: [],
    })
  })

  it('has no answer when an analyzer failed, or another file does not compile', async () => {
    expect(await checked({ stdout: json({ m: { printf: { error: 'boom' } } }) })).toEqual({
      status: 'failed',
      reason: 'go vet could not run printf: boom',
    })
    expect(await checked({ code: 1, stderr: '# m\nvet: ./b.go:2:8: expected )\n' })).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('b.go'),
    })
  })

  it('is a compiler error with or without a column', async () => {
    expect(await checked({ code: 1, stderr: 'vet: ./a.go:2: imported and not used\n' })).toMatchObject({
      diagnostics: [{ isFatal: true, range: { startLine: 2 } }],
    })
  })

  it('is a failure when it is cut short or something else, and never a crash of ours', async () => {
    expect(await checked({ stdout: '{\n\t"m": {' })).toMatchObject({ status: 'failed' })
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.constantFrom(1, 2), async (stdout, code) => {
        expect((await checked({ code, stdout })).status).toBe('failed')
      }),
      { numRuns: process.env.SOAK === '1' ? 10_000 : 200 },
    )
  })
})
