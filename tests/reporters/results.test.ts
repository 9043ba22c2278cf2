import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import type { ExplainResult, RunResult } from '../../src/domain/result.ts'
import { markdown } from '../../src/reporters/markdown.ts'
import { pretty } from '../../src/reporters/pretty.ts'
import { patchCounts } from '../../src/reporters/result-lines.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { hiddenIn } from '../helpers/hidden-characters.ts'
import { textArbitrary } from '../helpers/report-arbitrary.ts'

const patch = `diff --git a/src/port.ts b/src/port.ts
index 1111111..2222222 100644
--- a/src/port.ts
+++ b/src/port.ts
@@ -1,2 +1,3 @@
 export const port = (text: string) => {
---- a comment of SQL
+++ a line that begins with two plus signs
+  return Number(text)
diff --git a/new.txt b/new.txt
new file mode 100644
--- /dev/null
+++ b/new.txt
@@ -0,0 +1 @@
+hello
`

const runResult: RunResult = {
  task: 'run',
  ending: 'done',
  reason: '',
  text: 'The port is validated now.',
  steps: 3,
  calls: [{ tool: 'edit_file', isError: false }],
  files: [
    { path: 'src/port.ts', kind: 'modified' },
    { path: 'new.txt', kind: 'added' },
  ],
  verification: {
    verdict: 'passed',
    linters: ['eslint'],
    newDiagnostics: 0,
    goneDiagnostics: 2,
    tests: { executedBefore: 3, executedAfter: 4, newlyFailing: [], missing: [] },
    notRun: [{ what: 'ruff', reason: 'it is not installed.' }],
  },
  applied: { id: '1', commit: null },
}

const explainResult: ExplainResult = {
  task: 'explain',
  about: 'the file src/port.ts',
  claims: [{ text: 'It reads a port.', path: 'src/port.ts', startLine: 3, endLine: 3, evidence: '  return Number(text)' }],
  dropped: 1,
}

function reportOf(result: Report['result'], more: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    tool: { name: 'coding-agent', version: '0.0.0' },
    task: result?.task ?? 'run',
    completeness: 'complete',
    summary: '2 files changed',
    findings: [],
    patch,
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result,
    engine: { kind: 'endpoint', model: 'scripted', digest: null, seed: 0 },
    usage: { requests: 1, inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, cacheHits: 0 },
    timing: { totalMs: 5, firstTokenMs: 1, promptTokensPerSecond: 0, tokensPerSecond: 0 },
    notices: [],
    ...more,
  }
}

const plain = { color: false, width: 100, stopToken: 'stop' }

describe('the result of a run', () => {
  it('tells what the model said, what was changed and what was checked', () => {
    expect(pretty(reportOf(runResult), plain)).toMatchInlineSnapshot(`
      "The port is validated now.

        +2 -1  src/port.ts
        +1 -0  new.txt

      eslint: no new problem, 2 gone
      tests: 4 executed (3 before), none fails that passed before
      ruff could not run: it is not installed.

      ✔ 2 files changed
        scripted (endpoint) · 1 request · 10 tokens in, 5 out · 5 ms
      "
    `)
  })

  it('shows the patch where it was not applied', () => {
    const text = pretty(reportOf({ ...runResult, applied: null }), plain)
    expect(text).toContain('+  return Number(text)')
    expect(pretty(reportOf(runResult), plain)).not.toContain('+  return Number(text)')
  })

  it('is told in Markdown as well', () => {
    expect(markdown(reportOf({ ...runResult, applied: null }), plain)).toContain('```diff')
  })

  it('names tests that fail now', () => {
    const tests = { executedBefore: 3, executedAfter: 2, newlyFailing: ['a.test.ts > adds'], missing: ['a.test.ts > gone'] }
    const verification = { ...runResult.verification!, newDiagnostics: 1, tests }
    const text = pretty(reportOf({ ...runResult, verification }), plain).replaceAll('\n', ' ')
    expect(text).toContain('1 test failing now: a.test.ts > adds')
    expect(text).toContain('1 not executed any more: a.test.ts > gone')
    expect(text).toContain('eslint: 1 new problem, 2 gone')
  })
})

describe('the result of an explanation', () => {
  it('cites the line of each statement', () => {
    const text = pretty(reportOf(explainResult, { patch: '' }), plain)
    expect(text).toContain('It reads a port.\n  src/port.ts:3  return Number(text)')
    expect(markdown(reportOf(explainResult, { patch: '' }), plain)).toContain('src/port.ts:3')
  })
})

it('cuts the evidence of a statement between characters', () => {
  const claim = { text: 'x', path: 'a.ts', startLine: 1, endLine: 1, evidence: '\u{10000}'.repeat(200) }
  expect(pretty(reportOf({ ...explainResult, claims: [claim] }, { patch: '' }), plain).isWellFormed()).toBe(true)
})

it('counts the lines of a patch by file, whatever they begin with', () => {
  expect(patchCounts(patch)).toEqual([
    { path: 'src/port.ts', added: 2, removed: 1 },
    { path: 'new.txt', added: 1, removed: 0 },
  ])
})

it('names files that have no lines to count', () => {
  const repository = temporaryRepository({ files: { 'old.bin': 'a\0b' } })
  onTestFinished(repository.remove)
  repository.stage({ 'old.bin': 'a\0c', 'a b/empty': '', 'quo"te': '', 'café.txt': '' })
  const changes = repository.git('diff', '--cached', '--binary', '--no-renames')
  expect(patchCounts(changes).map(({ path }) => path)).toEqual(['a b/empty', 'café.txt', 'old.bin', 'quo"te'])
})

it('lets no text of a result reach a terminal as a command', () => {
  fc.assert(
    fc.property(textArbitrary, textArbitrary, (text, path) => {
      const hostile = { ...runResult, text, applied: null, files: [{ path, kind: 'added' as const }] }
      const claim = { text, path, startLine: 1, endLine: 2, evidence: text }
      // oxlint-disable-next-line no-control-regex
      for (const report of [reportOf(hostile, { patch: `+${text}` }), reportOf({ ...explainResult, claims: [claim] })])
        expect(hiddenIn(pretty(report, plain))).toEqual([])
    }),
  )
})
