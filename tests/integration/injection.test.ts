import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { reportSchema, type Report } from '../../src/domain/report.ts'
import { terminalLine, terminalText } from '../../src/domain/trust-terminal.ts'
import { commentBody, findingBlock } from '../../src/publishers/comment-body.ts'
import type { Spot } from '../../src/publishers/place-finding.ts'
import type { Format } from '../../src/reporters/formats.ts'
import { reporters } from '../../src/reporters/registry.ts'
import { hiddenIn } from '../helpers/hidden-characters.ts'
import { hostilePaths, hostileTexts } from '../helpers/hostile-texts.ts'
import { findingWith, reportWith } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'
import { expectValidSarif } from '../helpers/validate-sarif.ts'
import { countTags, markdownActions, otherCommands, rendered, runnerCommands, terminalActions } from './injection-consumers.ts'
import { cunningTexts } from './injection-texts.ts'

const texts = [...new Set([...hostileTexts, ...cunningTexts])].filter((text) => text.trim() !== '')

/** A report that has one text wherever a report has text that others write. */
function reportWithText(text: string, path = 'src/a.ts'): Report {
  const finding = findingWith({
    title: text.slice(0, 80),
    message: text,
    evidence: text,
    replacement: text,
    rule: 'review/boundary',
    region: { path, startLine: 3, endLine: 3 },
    source: { kind: 'model', name: text, rule: text },
    proof: { kind: 'executed', detail: text },
  })
  return reportWith({
    completeness: 'partial',
    summary: text,
    findings: [finding, { ...finding, id: 'b', fingerprint: `${finding.fingerprint}b`, suppressed: { by: 'inline', reason: text } }],
    coverage: {
      changedLines: 9,
      seenLines: 1,
      files: [{ path, changedLines: 9, seenLines: 1, skipped: { reason: text, expected: false } }],
    },
    notices: [
      { code: 'ENGINE_FAILED', message: text, hint: text },
      { code: text, message: text, hint: text },
    ],
    engine: { kind: 'endpoint', model: text, digest: text, seed: 0 },
  })
}

const render = (format: Format, report: Report, changes = {}) => reporters[format](report, optionsWith(changes))
const reports = [...texts.map((text) => reportWithText(text)), ...hostilePaths.map((path) => reportWithText('A text.', path))]
/** What a check says of each report where it says anything: the text or the name that means harm, and what it did. */
function leaks(check: (report: Report) => readonly unknown[]): [string, readonly unknown[]][] {
  return reports.flatMap((report): [string, readonly unknown[]][] => {
    const found = check(report)
    return found.length === 0 ? [] : [[`${report.findings[0]?.message.slice(0, 60)} in ${report.coverage.files[0]?.path}`, found]]
  })
}

it('knows many texts and names that mean harm', () => expect([texts.length >= 90, hostilePaths.length >= 30]).toEqual([true, true]))

it('has an effect where nobody cleans it; otherwise these models of readers would prove nothing', () => {
  const tamed = texts.filter((text) => !hasEffect(text))
  expect(texts.length - tamed.length).toBeGreaterThan(100)
  // What is left is after XML, JSON and SARIF, or after code that cuts and wraps.
  expect(tamed.length).toBeLessThan(45)
})

describe('a hostile text or file name', () => {
  it('gives no command to a CI system that shows it in a log, in whatever format', () => {
    const quiet = ['pretty', 'json', 'sarif', 'markdown', 'rdjson', 'gitlab', 'junit', 'checkstyle'] as const
    expect(
      leaks((report) => quiet.map((format) => render(format, report)).flatMap((log) => [...runnerCommands(log), ...otherCommands(log)])),
    ).toEqual([])
  })

  it('makes no annotation but ours, and moves none', () => {
    const ours = [
      { name: 'stop-commands', keys: [] },
      { name: 'warning', keys: ['title'] },
      { name: 'error', keys: ['file', 'line', 'endLine', 'title'] },
    ]
    for (const report of reports) {
      const commands = runnerCommands(render('github', report))
      expect(commands.map(({ name, properties }) => ({ name, keys: Object.keys(properties) }))).toEqual(ours)
      expect([commands[0]?.data, commands[2]?.properties]).toMatchObject([
        'stop-token',
        { line: '3', endLine: '3', title: 'review/boundary' },
      ])
    }
    expect(leaks((report) => otherCommands(render('github', report)))).toEqual([])
  })

  it('is written by a terminal, which does nothing else', () => {
    expect(leaks((report) => terminalActions(render('pretty', report), { color: false }))).toEqual([])
    expect(leaks((report) => terminalActions(render('pretty', report, { color: true }), { color: true }))).toEqual([])
    expect(leaks((report) => terminalActions(render('github', report), { color: false }))).toEqual([])
  })

  it('is no command where it begins a line of plain output, as the name of a file in a list does', () => {
    for (const text of [...texts, ...hostilePaths]) {
      for (const shown of [terminalLine(text), terminalText(text), `error: ${terminalText(text)}`]) {
        expect([shown, runnerCommands(shown), otherCommands(shown), terminalActions(shown, { color: false })]).toEqual([shown, [], [], []])
      }
      expect(terminalLine(text)).not.toContain('\n')
    }
  })

  it('is text and code in a summary, whose headings are ours', () => {
    expect(leaks((report) => markdownActions(render('markdown', report)))).toEqual([])
    for (const report of reports) {
      const summary = render('markdown', report)
      expect([summary, ['h2', 'h3', 'h4'].map((tag) => countTags(summary, tag))]).toEqual([summary, [1, 1, 1]])
    }
  })

  it('is text and code in what reviewdog posts', () => {
    const messages = (report: Report) => (JSON.parse(render('rdjson', report)) as { diagnostics: { message: string }[] }).diagnostics
    expect(leaks((report) => messages(report).flatMap(({ message }) => markdownActions(message)))).toEqual([])
  })

  it('is text and code in a comment on a pull request, beside one suggestion at most', () => {
    const bodies = (report: Report) =>
      report.findings.flatMap((finding) => [
        commentBody(finding, { ...spot, isWhole: true }),
        commentBody(finding, { ...spot, isWhole: false }),
        findingBlock(finding),
      ])
    expect(leaks((report) => bodies(report).flatMap((body) => [...markdownActions(body), ...hiddenIn(body)]))).toEqual([])
    expect(leaks((report) => bodies(report).filter((body) => rendered(body).split('class="language-suggestion"').length > 2))).toEqual([])
  })

  it('adds no element to XML', () => {
    const plain = reportWithText('A text.')
    for (const format of ['junit', 'checkstyle'] as const) {
      const elements = elementsOf(render(format, plain))
      for (const report of reports) {
        const xml = render(format, report)
        expect([XMLValidator.validate(xml), /<!|<\?(?!xml version="1.0" encoding="UTF-8"\?>)/.test(xml), elementsOf(xml)]).toEqual([
          true,
          false,
          elements,
        ])
      }
    }
  })

  it('adds nothing to JSON, in which nothing is hidden', () => {
    const plain = reportWithText('A text.')
    for (const report of reports) {
      const json = render('json', report)
      expect([reportSchema.parse(JSON.parse(json)), hiddenIn(json)]).toEqual([report, []])
      for (const format of ['gitlab', 'rdjson', 'sarif'] as const) {
        const text = render(format, report)
        expect([shapeOf(JSON.parse(text)), hiddenIn(text)]).toEqual([shapeOf(JSON.parse(render(format, plain))), []])
      }
    }
  })

  it('is no link and no placeholder in SARIF, whose places lie in the repository', async () => {
    const texts = (sarif: string) =>
      [...sarif.matchAll(/"(?:text|justification)": ("(?:\\.|[^"\\])*")/g)].map(([, text = '""']) => String(JSON.parse(text)))
    // Code is shown as it is: snippets and what would be inserted are no messages.
    const messages = (report: Report) =>
      texts(render('sarif', { ...report, findings: report.findings.map((finding) => ({ ...finding, evidence: '', replacement: null })) }))
    expect(leaks((report) => messages(report).filter((text) => /\]\(|\{\d+\}/.test(text)))).toEqual([])
    const uris = (report: Report) =>
      [...render('sarif', report).matchAll(/"uri": "([^"]*)"/g)].map(([, uri = '']) => new URL(uri, 'https://host.example/root/').href)
    expect(leaks((report) => uris(report).filter((uri) => !/^https:\/\/host\.example\/root\/./.test(uri)))).toEqual([])
    // The validator is slow to start, and as strict with one file that has them all.
    await expectValidSarif(render('sarif', allTogether()))
  })
})

function hasEffect(text: string): boolean {
  try {
    const actions = [...runnerCommands(text), ...otherCommands(text), ...terminalActions(text, { color: false }), ...markdownActions(text)]
    return actions.length > 0 || ['h1', 'h2', 'h3', 'h4', 'ol', 'hr /', 'blockquote'].some((tag) => countTags(text, tag) > 0)
  } catch {
    // Commands were stopped for good.
    return true
  }
}

function allTogether(): Report {
  return reportWith({
    findings: reports.flatMap(({ findings }) => findings).map((finding, index) => ({ ...finding, id: String(index) })),
    notices: reports.flatMap(({ notices }) => notices),
    coverage: { changedLines: 9, seenLines: 1, files: reports.flatMap(({ coverage }) => coverage.files) },
  })
}

const spot: Spot = { path: 'src/a.ts', side: 'RIGHT', startLine: 3, endLine: 3, text: 'something else', isWhole: true }

/** The names of all elements, in their order. */
function elementsOf(xml: string): string[] {
  const names: string[] = []
  const walk = (nodes: readonly Record<string, unknown>[]) => {
    for (const node of nodes) {
      const [name = ''] = Object.keys(node)
      if (name === '#text') continue
      names.push(name)
      const inner = node[name]
      if (Array.isArray(inner)) walk(inner as Record<string, unknown>[])
    }
  }
  walk(new XMLParser({ preserveOrder: true, ignoreAttributes: false }).parse(xml) as Record<string, unknown>[])
  return names
}

/** Keys and kinds of a JSON value, without what its texts say. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}
