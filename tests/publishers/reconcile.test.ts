import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ChangedFile } from '../../src/domain/change.ts'
import type { OwnComment } from '../../src/publishers/own-comments.ts'
import { digestOf, placeFinding } from '../../src/publishers/place-finding.ts'
import { reconcile } from '../../src/publishers/reconcile.ts'
import type { OpenFinding } from '../../src/publishers/review-state.ts'
import { parsePatchFiles } from '../../src/workspace/patch/read-patch.ts'
import { findingWith, reportWith } from '../helpers/report-arbitrary.ts'

const print = (digit: string) => digit.repeat(32)
const files = (text: string): ChangedFile[] => parsePatchFiles(Buffer.from(text), 2 ** 20)
const change = {
  description: '',
  old: { kind: 'patch' as const },
  new: { kind: 'patch' as const },
  files: files('--- a/a.ts\n+++ b/a.ts\n@@ -1,2 +1,3 @@\n one\n+return first\n two\n'),
}
const comment = (fingerprint: string, path: string, body = ''): OwnComment => ({
  id: 1,
  author: 'me',
  url: '',
  fingerprint,
  isResolved: false,
  path,
  body,
})
const open = (fingerprint: string, path: string): OpenFinding => ({
  fingerprint,
  rule: '',
  severity: 'note',
  title: 't',
  path,
  line: 3,
  evidence: '0'.repeat(16),
  lines: 1,
})
const coverage = (skipped: { reason: string; expected: boolean } | null, seenLines: number) => ({
  changedLines: 1,
  seenLines,
  files: [{ path: 'a.ts', changedLines: 1, seenLines, skipped }],
})
const carried = (
  report: Parameters<typeof reportWith>[0],
  earlier: { comments?: OwnComment[]; open?: OpenFinding[] },
  reviewedFrom: string | null = null,
) => {
  const found = reconcile({ report: reportWith({ findings: [], ...report }), change, reviewedFrom }, { comments: [], open: [], ...earlier })
  return [found.carried.map(({ title }) => title), found.goneCount]
}

it.each([
  ['was seen whole', coverage(null, 1), [[], 1]],
  ['was not seen', coverage({ reason: 'deadline', expected: false }, 0), [['t'], 0]],
  ['was seen in part', coverage(null, 0), [['t'], 0]],
  ['is left out on purpose', coverage({ reason: 'generated', expected: true }, 0), [[], 1]],
  ['was not among those that were looked at', { changedLines: 0, seenLines: 0, files: [] }, [['t'], 0]],
])('judges a finding by whether its file %s', (_name, seen, expected) => {
  expect(carried({ coverage: seen }, { open: [open(print('a'), 'a.ts')] })).toEqual(expected)
})

it('lets a finding go whose file is no longer in the change', () => {
  expect(carried({ coverage: coverage(null, 0) }, { open: [open(print('a'), 'gone.ts')] })).toEqual([[], 1])
})

it('carries a comment over that the state has forgotten, by the title it shows', () => {
  const known = comment(print('a'), 'a.ts', '**❌ error:** It `fails`\n\nmore')
  const strange = comment(print('b'), 'a.ts', 'edited by somebody')
  expect(carried({}, { comments: [known, strange] }, 'from')).toEqual([['It fails', 'A finding of an earlier review'], 0])
})

it('lets a finding go whose lines stand in two other files', () => {
  const twice = {
    ...change,
    files: files('--- /dev/null\n+++ b/b.ts\n@@ -0,0 +1 @@\n+return first\n--- /dev/null\n+++ b/c.ts\n@@ -0,0 +1 @@\n+return first\n'),
  }
  const finding = { ...open(print('a'), 'a.ts'), evidence: digestOf('return first') }
  const carriedIn = (where: typeof change) =>
    reconcile({ report: reportWith({ findings: [] }), change: where, reviewedFrom: 'x' }, { comments: [], open: [finding] }).carried
  expect(carriedIn(change)).toMatchObject([{ path: 'a.ts', line: 2 }])
  const left = carriedIn(twice)
  expect(left).toEqual([])
})

it('places nothing on a name that cannot be sent', () => {
  const strange = { files: change.files.map((file) => ({ ...file, path: 'a\ud800.ts' })) }
  const finding = findingWith({ region: { path: 'a\ud800.ts', startLine: 2, endLine: 2 }, evidence: 'return first' })
  expect(placeFinding(finding, strange)).toBeNull()
  expect(placeFinding({ ...finding, region: { ...finding.region, path: 'a.ts' } }, change)).toMatchObject({ startLine: 2 })
})

it('finds the nearest of equal lines', () => {
  const many = { files: files('--- /dev/null\n+++ b/a.ts\n@@ -0,0 +1,5 @@\n+call()\n+x\n+call()\n+y\n+ call()\n') }
  const at = (line: number, evidence = 'call( )') =>
    placeFinding({ region: { path: 'a.ts', startLine: line, endLine: line }, evidence }, many)?.startLine
  expect([at(1), at(3), at(5), at(9), at(1, '  x')]).toEqual([1, 3, 5, 5, undefined])
})

const added = (lines: readonly string[]) => ({
  files: files(`--- /dev/null\n+++ b/a.ts\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`),
})

it('finds every run of lines wherever it stands, the nearest first', () => {
  const lines = fc.array(fc.constantFrom('alpha', 'beta', ''), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(
      lines,
      fc.array(fc.constantFrom('alpha', 'beta', ''), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      (all, some, start) => {
        // Evidence ends without a newline.
        const wanted = [...some, 'alpha']
        const starts = all.flatMap((_, index) => (wanted.every((text, offset) => all[index + offset] === text) ? [index + 1] : []))
        const nearest = starts.toSorted((a, b) => Math.abs(a - start) - Math.abs(b - start))[0]
        const region = { path: 'a.ts', startLine: start, endLine: start }
        expect(placeFinding({ region, evidence: wanted.join('\n') }, added(all))?.startLine).toBe(nearest)
      },
    ),
  )
})

it('is not kept busy by evidence that is made to be nearly everywhere', () => {
  const hostile = added(Array.from({ length: 10_000 }, () => ''))
  const evidence = `${'\n'.repeat(4000)}nowhere${'\n'.repeat(4000)}`
  for (let startLine = 1; startLine < 60; startLine++)
    expect(placeFinding({ region: { path: 'a.ts', startLine, endLine: startLine }, evidence }, hostile)).toBeNull()
})
