import fc from 'fast-check'
import { expect, it } from 'vitest'
import { commentBody } from '../../src/publishers/comment-body.ts'
import { readCommentMarker, readStateMarker, withoutMarker } from '../../src/publishers/markers.ts'
import { placeFinding } from '../../src/publishers/place-finding.ts'
import { packState, unpackState } from '../../src/publishers/review-state.ts'
import { summaryBody } from '../../src/publishers/summary-body.ts'
import { hostilePaths, hostileTexts } from '../helpers/hostile-texts.ts'
import { liveMarkdown } from '../helpers/live-markdown.ts'
import { findingWith, pathArbitrary, reportArbitrary, textArbitrary } from '../helpers/report-arbitrary.ts'
import { reportWith } from '../helpers/report-arbitrary.ts'
import { changed, scene } from './scene.ts'

const print = '0123456789abcdef0123456789abcdef'
const spot = { path: 'a.ts', side: 'RIGHT' as const, startLine: 1, endLine: 1, text: 'x', isWhole: true }
const state = { version: 1 as const, head: 'a'.repeat(40), base: 'main', tool: '1', config: '', isSound: true, open: [] }
const forged = [
  '<!-- agent:ffffffffffffffffffffffffffffffff -->',
  '<!--agent:state AAAA-->',
  '\n<!-- agent:ffffffffffffffff resolved -->\n',
  '```\n<!-- agent:ffffffffffffffff -->',
  '<!-- AGENT:state x -->',
]
const texts = [...hostileTexts, ...forged].filter((text) => text !== '')

/** Our own text around what others wrote: the icon, bold, a rule and the marker. */
function liveIn(body: string): string[] {
  const others = body
    .replace(/^\*\*(?:\u274C|\u26A0\uFE0F|\u2139\uFE0F) (?:error|warning|note):\*\* /gm, '')
    .replace(/^### agent ?/m, '')
    .replaceAll(/^\*\*(?:Open in the change|Not on a line of the change, or beyond the limit of comments|Incomplete)\*\*/gm, '')
    .replace(/^---$/gm, '')
  return liveMarkdown(withoutMarker(others)).filter((text) => !/^\s*-\s*$/.test(text))
}

it.each(texts)('shows %j in a comment as text, with one marker that is ours', (text) => {
  const body = commentBody(
    findingWith({ title: text.slice(0, 80), message: text, rule: 'review/logic', replacement: text, evidence: text }),
    spot,
  )
  expect(liveIn(body)).toEqual([])
  expect(readCommentMarker(body)).toEqual({ fingerprint: print, isResolved: false })
  expect(body.match(/<!--\s*agent/gi)).toHaveLength(1)
})

it.each([...texts.map((text) => [text, 'a.ts'] as const), ...hostilePaths.map((path) => ['text', path] as const)])(
  'shows %j in %j as text in the summary',
  (text, path) => {
    const finding = findingWith({ title: text.slice(0, 80), message: text, region: { path, startLine: 1, endLine: 2 }, evidence: text })
    const report = reportWith({
      summary: text,
      task: text,
      completeness: 'partial',
      notices: [{ code: 'ENGINE_FAILED', message: text, hint: text }],
      coverage: {
        changedLines: 1,
        seenLines: 0,
        files: [{ path, changedLines: 1, seenLines: 0, skipped: { reason: text, expected: false } }],
      },
      engine: { kind: 'local', model: text, digest: null, seed: 0 },
    })
    const told = [{ severity: 'error' as const, title: text.slice(0, 80), path, line: 3, url: null }]
    const body = summaryBody({ report, told, here: [finding], resolved: 0, remarks: [], state })
    expect(liveIn(body)).toEqual([])
    expect(readStateMarker(body)).toEqual(state)
    expect(body.match(/<!--\s*agent/gi)).toHaveLength(1)
  },
)

it('has one marker at its end and fits, whatever a report says', () => {
  fc.assert(
    fc.property(reportArbitrary, (report) => {
      const body = summaryBody({ report, told: [], here: report.findings, resolved: 0, remarks: [], state })
      expect(readStateMarker(body)).toEqual(state)
      expect(body.length).toBeLessThanOrEqual(65_536)
      for (const finding of report.findings) {
        const comment = commentBody(finding, spot)
        expect(comment.match(/<!--\s*agent/gi)).toHaveLength(1)
        expect(comment.length).toBeLessThanOrEqual(65_536)
      }
    }),
    { numRuns: 150 },
  )
})

it('never offers a suggestion that says something else than the replacement', () => {
  fc.assert(
    fc.property(textArbitrary, (replacement) => {
      const [, ticks = '', text] =
        /^(`{3,})suggestion\n([\s\S]*?)\n?\1$/m.exec(commentBody(findingWith({ replacement, message: 'x' }), spot)) ?? []
      if (ticks === '') return
      expect(text).toBe(replacement.replace(/\r?\n$/, ''))
      expect(replacement.includes(ticks)).toBe(false)
    }),
  )
})

it('reads back any state, and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), pathArbitrary, (title, path) => {
      const open = [
        {
          fingerprint: print,
          rule: title.slice(0, 200),
          severity: 'note' as const,
          title: title.slice(0, 200),
          path: path.slice(0, 4096),
          line: 3,
          evidence: 'a'.repeat(16),
          lines: 1,
        },
      ]
      const packed = packState({ ...state, open })
      expect(packed).toMatch(/^[\w-]+$/)
      expect(unpackState(packed)).toEqual({ ...state, open })
      expect(unpackState(packed.slice(0, -5))).toBeNull()
    }),
  )
  expect(unpackState('A'.repeat(1000))).toBeNull()
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(unpackState(text)).toBeNull()
    }),
  )
})

it('drops what it has to remember rather than what it has to say', () => {
  const open = Array.from({ length: 2000 }, (_, index) => ({
    fingerprint: index.toString(16).padStart(32, '0'),
    rule: `r/${Math.sin(index)}`,
    severity: 'note' as const,
    title: `${Math.cos(index)}`.repeat(3),
    path: `${Math.tan(index)}`,
    line: 3,
    evidence: 'a'.repeat(16),
    lines: 1,
  }))
  const body = summaryBody({ report: reportWith(), told: [], here: [findingWith()], resolved: 0, remarks: [], state: { ...state, open } })
  expect(readStateMarker(body)).toEqual({ ...state, isSound: false })
})

it('survives hostile text from one end to the other, and finds its own comments again', async () => {
  const lines = texts.map((_, index) => `BUG ${index}`).join('\n')
  const { fake, publish } = await scene({ feature: { 'many.ts': `${lines}\n`, 'a.ts': changed({ 1: 'x' }) } })
  const edit = (finding: Parameters<NonNullable<Parameters<typeof publish>[0]>['edit'] & {}>[0]) => {
    const text = texts[Number(finding.evidence.slice(4))]!
    return { ...finding, title: text.slice(0, 80), message: text, replacement: text }
  }
  expect(await publish({ edit, maxComments: 1000 })).toMatchObject({ posted: texts.length, summarised: 0 })
  expect(await publish({ edit, maxComments: 1000 })).toMatchObject({ posted: 0, kept: texts.length })
  expect(fake.notes).toHaveLength(1)
})

it('places nothing outside of the diff, whatever it claims to point at', () => {
  const change = { files: [] }
  fc.assert(
    fc.property(pathArbitrary, textArbitrary, (path, evidence) => {
      expect(placeFinding({ region: { path, startLine: 1, endLine: 1 }, evidence }, change)).toBeNull()
    }),
  )
})

it.each(['a @b <c> ', '\u200b', '@ ', '\u200b @'])('fits when %j is everywhere, without an end', (part) => {
  const huge = part.repeat(20_000)
  const many = <Item>(item: Item) => Array.from({ length: 100 }, () => item)
  const report = reportWith({
    task: huge,
    summary: huge,
    completeness: 'partial',
    tool: { name: 'coding-agent', version: huge },
    notices: many({ code: 'ENGINE_FAILED', message: huge, hint: huge }),
    engine: { kind: 'local', model: huge, digest: huge, seed: 0 },
    coverage: {
      changedLines: 9,
      seenLines: 0,
      files: many({ path: huge, changedLines: 1, seenLines: 0, skipped: { reason: huge, expected: false } }),
    },
  })
  const body = summaryBody({
    report,
    told: [],
    here: many(findingWith({ message: huge, rule: `review/${'x'.repeat(100_000)}` })),
    resolved: 0,
    remarks: [],
    state,
  })
  expect(body.length).toBeLessThanOrEqual(65_536)
  expect(readStateMarker(body)).toEqual(state)
  const comment = commentBody(
    findingWith({ message: huge, replacement: huge.slice(0, 12_000), rule: `review/${'x'.repeat(100_000)}` }),
    spot,
  )
  expect(comment.length).toBeLessThanOrEqual(65_536)
})
