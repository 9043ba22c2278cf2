import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { markdown } from '../../src/reporters/markdown.ts'
import { liveMarkdown } from '../helpers/live-markdown.ts'
import { findingWith, reportArbitrary, reportWith } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'

const render = (report: Report, changes = {}) => markdown(report, optionsWith(changes))

it('shows a finding with its evidence and what would replace it', () => {
  const finding = findingWith({ replacement: '  return mean(items)', fingerprint: 'f00d' })
  expect(render(reportWith({ findings: [finding] }))).toMatchInlineSnapshot(`
    "## agent review: 1 error

    One finding in 12 changed lines of 1 file.

    ### \`src/invoice.ts\`

    #### ❌ error: Division by an empty list

    \`review/boundary\`, line 42, 87 % sure <!-- agent:f00d -->

      \`\`\`ts
        return total / items.length
      \`\`\`

    When \`items\` is empty the average is \`NaN\`.

    Replace line 42 with:

      \`\`\`ts
        return mean(items)
      \`\`\`

    ---

    qwen3-coder (local) · 2 requests · 12,345 tokens in (9,800 cached), 456 out · 4.2 s · 55 tokens/s
    "
  `)
})

it('says what to remove, and leaves out evidence that is not there', () => {
  const text = render(
    reportWith({ findings: [findingWith({ replacement: '', evidence: ' \n', region: { path: 'Makefile', startLine: 2, endLine: 4 } })] }),
  )
  expect(text).toContain('Remove lines 2–4.')
  expect(text).not.toContain('```')
})

it('counts what is suppressed and what is left out', () => {
  const text = render(
    reportWith({
      findings: [findingWith({ suppressed: { by: 'baseline', reason: '' } })],
      coverage: {
        changedLines: 0,
        seenLines: 0,
        files: [{ path: 'a.lock', changedLines: 0, seenLines: 0, skipped: { reason: 'lock file', expected: true } }],
      },
    }),
  )
  expect(text).toContain('## agent review: no findings')
  expect(text).toContain('1 suppressed: 1 baseline  \n1 file left out: lock file (1)')
})

it('says what an unfinished run did not see, and why', () => {
  const files = Array.from({ length: 52 }, (_, index) => ({ path: `${index}.ts`, changedLines: 3, seenLines: 1, skipped: null }))
  const notices = [{ code: 'ENGINE_TIMEOUT', message: 'No answer from @host.', hint: 'Start it.' }]
  const text = render(reportWith({ completeness: 'partial', coverage: { changedLines: 156, seenLines: 52, files }, notices }))
  expect(text).toContain('**Incomplete**: 52 of 156 changed lines looked at.\n\n- `0.ts`, 2 lines: only a part was looked at\n')
  expect(text).toContain('- and 2 more files\n')
  expect(text).toContain('- `ENGINE_TIMEOUT` No answer from `@host`. Start it.')
})

it('shows the beginning of long evidence', () => {
  const text = render(reportWith({ findings: [findingWith({ evidence: `${'x'.repeat(1000)}\n${'y\n'.repeat(99)}z` })] }))
  expect(text).toContain(`${'x'.repeat(400)}…\n`)
  expect(text).toContain('… 71 more lines')
})

describe('nothing in it is live', () => {
  /** Our own headings, rules, markers and the one bold word. */
  const withoutOurs = (text: string) =>
    text
      .replaceAll(/ <!-- agent:[\w.:]+ -->$/gm, '')
      .replaceAll(/^#{2,4} /gm, '')
      .replaceAll(/^---$/gm, '')
      .replaceAll(/^\*\*Incomplete\*\*/gm, '')

  it('whatever the report says', () => {
    fc.assert(
      fc.property(reportArbitrary, (report) => {
        expect(liveMarkdown(withoutOurs(render(report)))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('the limit', () => {
  const findings = Array.from({ length: 2000 }, (_, index) => findingWith({ title: `Number ${index}`, message: 'ä'.repeat(400) }))

  it.each([
    ['of a step summary', undefined, 900_000],
    ['of a comment', 65_536, 65_536],
    ['of very little', 200, 200],
  ])('%s is kept', (_name, maxBytes, limit) => {
    const text = render({ ...reportWith(), findings }, maxBytes === undefined ? {} : { maxBytes })
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
    expect(text).toContain('cut here')
  })

  it('keeps what comes after the findings', () => {
    const text = render({ ...reportWith(), findings }, { maxBytes: 5000 })
    expect(text).toContain('Number 2')
    expect(text).toContain('qwen3-coder (local)')
  })

  it('is kept by any report', () => {
    fc.assert(
      fc.property(reportArbitrary, fc.integer({ min: 200, max: 3000 }), (report, maxBytes) => {
        expect(Buffer.byteLength(render(report, { maxBytes }))).toBeLessThanOrEqual(maxBytes)
      }),
    )
  })
})
