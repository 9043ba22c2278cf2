import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { exitCodeFor } from '../../../src/domain/exit-code.ts'
import { reportSchema, type Report } from '../../../src/domain/report.ts'
import { openMemory } from '../../../src/memory/sqlite.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { reviewStaged } from '../../helpers/review-run.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'

const base = {
  'src/port.ts': 'export function parsePort(text: string) {\n  const port = Number(text)\n  if (port < 1) return null\n  return port\n}\n',
}
const changed = base['src/port.ts'].replace('port < 1', 'port <= 65535')
const none = '{"findings":[],"none":true}'
const claim = {
  quote: 'if (port <= 65535) return null',
  line: 3,
  trigger: 'port is 80',
  effect: 'Every valid port is refused',
  category: 'boundary',
  severity: 'error',
  title: 'Valid ports are refused',
}
const claims = (...list: unknown[]) => JSON.stringify({ findings: list, none: false })

function repositoryWith(files: Record<string, string>, staged: Record<string, string>) {
  const repository = temporaryRepository({ files })
  onTestFinished(() => repository.remove())
  repository.stage(staged)
  return repository
}

function memory() {
  const folder = mkdtempSync(join(tmpdir(), 'agent-review-'))
  const opened = openMemory({ path: join(folder, 'memory.db'), maxAge: 1e9, maxBytes: 1e9 })
  onTestFinished(() => {
    opened.close()
    rmSync(folder, { recursive: true })
  })
  return opened
}

const findingsOf = ({ findings }: Report) =>
  findings.map(({ rule, region, suppressed }) => `${rule} ${region.path}:${region.startLine} ${suppressed?.by ?? 'open'}`)

describe('review', () => {
  it('reports a claim whose quote stands in the staged change, and accounts for every line', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    repository.write('src/port.ts', 'something else entirely\n')
    const { handle, requests } = scriptedEngine(() => claims(claim))
    const report = await reviewStaged(repository, { engine: handle })
    expect(reportSchema.parse(report)).toEqual(report)
    expect(findingsOf(report)).toEqual(['review/boundary src/port.ts:3 open'])
    expect(report.findings[0]?.evidence).toBe('  if (port <= 65535) return null')
    expect(report.coverage).toEqual({
      changedLines: 2,
      seenLines: 2,
      files: [{ path: 'src/port.ts', changedLines: 2, seenLines: 2, skipped: null }],
    })
    expect([report.completeness, exitCodeFor(report, 'error'), requests.length]).toEqual(['complete', 1, 1])
  })

  it('costs a small change less than 1,000 prompt tokens, with the same system prompt for every file', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed, 'src/other.ts': 'export const a = 1\n' })
    const { handle, requests } = scriptedEngine(() => none)
    await reviewStaged(repository, { engine: handle })
    const { estimateTokens } = await import('../../../src/domain/tokens.ts')
    const texts = requests.map(({ messages }) => messages.map((message) => ('text' in message ? message.text : '')))
    expect(new Set(texts.map(([system]) => system)).size).toBe(1)
    for (const text of texts) expect(estimateTokens(text.join('\n'))).toBeLessThan(1000)
  })

  it('hands the engine a schema that enumerates the changed lines and nothing else', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const { handle, requests } = scriptedEngine(() => none)
    await reviewStaged(repository, { engine: handle })
    expect(JSON.stringify(requests[0]?.outputSchema)).toContain('"line":{"type":"integer","enum":[3]}')
  })

  it('asks nothing the second time', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const kept = memory()
    const { handle, requests } = scriptedEngine(() => claims(claim))
    const first = await reviewStaged(repository, { engine: handle, memory: kept })
    const second = await reviewStaged(repository, { engine: handle, memory: kept })
    expect(requests).toHaveLength(1)
    expect(second.usage).toMatchObject({ requests: 0, cacheHits: 1 })
    expect({ ...second, usage: null, timing: null }).toEqual({ ...first, usage: null, timing: null })
  })

  it('asks again when the code around a change has changed, or another model answers', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const kept = memory()
    const { handle, requests } = scriptedEngine(() => none)
    await reviewStaged(repository, { engine: handle, memory: kept })
    repository.stage({ 'src/port.ts': changed.replace('return port', 'return port || null') })
    await reviewStaged(repository, { engine: handle, memory: kept })
    await reviewStaged(repository, { engine: { ...handle, model: 'another' }, memory: kept })
    expect(requests).toHaveLength(3)
  })

  it('does not show what is not in the change, and says how much that was', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const unchanged = { ...claim, quote: 'const port = Number(text)', line: 2 }
    const { handle } = scriptedEngine(() => claims({ ...claim, quote: 'process.exit(1)' }, unchanged))
    const report = await reviewStaged(repository, { engine: handle })
    expect([findingsOf(report), report.notices.map(({ code }) => code)]).toEqual([[], ['FINDINGS_UNANCHORED']])
  })

  it('sends the rules of the team to the files they are for, and only those', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed, 'web/page.ts': 'export const page = 1\n' })
    repository.write('.agent/rules/all.md', 'Never use magic numbers.')
    repository.write('.agent/rules/web.md', '---\npaths: [web/**]\n---\nEscape every text.')
    repository.write('.agent/rules/long.md', 'word '.repeat(5000))
    const { handle, requests } = scriptedEngine(() => none)
    const report = await reviewStaged(repository, { engine: handle })
    const [port, page] = ['src/port.ts', 'web/page.ts'].map((path) => requests.find((request) => asked(request).includes(path)))
    expect(JSON.stringify(port?.messages)).not.toContain('Escape every text')
    expect(asked(page!)).toContain('Escape every text')
    expect(requests.every(({ messages }) => JSON.stringify(messages[0]).includes('magic numbers'))).toBe(true)
    expect(report.notices.map(({ message }) => message)).toEqual(['.agent/rules/long.md did not fit into the prompt.'])
  })

  it('follows the overrides of a path', async () => {
    const repository = repositoryWith({}, { 'legacy/a.ts': 'run(1)\n', 'src/b.ts': 'run(1)\n' })
    const { handle } = scriptedEngine(() => claims({ ...claim, quote: 'run(1)', line: 1 }))
    const config = {
      paths: [
        { match: 'legacy/**', review: { checks: { boundary: 'off' } } },
        { match: 'src/**', review: { checks: { boundary: 'note' } } },
      ],
    }
    const report = await reviewStaged(repository, { engine: handle, config })
    expect(report.findings.map(({ region, severity, suppressed }) => [region.path, severity, suppressed?.by ?? null])).toEqual([
      ['legacy/a.ts', 'error', 'config'],
      ['src/b.ts', 'note', null],
    ])
  })

  it('asks about what only some paths turn on, and takes it for those paths only', async () => {
    const repository = repositoryWith({}, { 'hot/a.ts': 'run(1)\n', 'src/b.ts': 'run(1)\n' })
    const { handle, requests } = scriptedEngine(() => claims({ ...claim, quote: 'run(1)', line: 1 }))
    const config = { paths: [{ match: 'hot/**', review: { checks: { performance: 'note' } } }] }
    await reviewStaged(repository, { engine: handle, config })
    const about = (path: string) => requests.find((request) => asked(request).includes(path))!
    expect(about('hot/a.ts').messages[0]).toEqual(about('src/b.ts').messages[0])
    const mayName = (path: string) => JSON.stringify(about(path).outputSchema).includes('"performance"')
    expect([mayName('hot/a.ts'), mayName('src/b.ts')]).toEqual([true, false])
  })

  it('runs its checks without any model, and is complete when none was asked for', async () => {
    const repository = repositoryWith(base, {
      'src/port.ts': `${base['src/port.ts']}<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n`,
      'src/a.test.ts': "it.only('a', () => {})\n",
    })
    const report = await reviewStaged(repository)
    expect(report.findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['check/conflict-markers', 'check/focused-tests']))
    expect([report.completeness, exitCodeFor(report, 'error'), report.engine.kind]).toEqual(['complete', 1, 'none'])
  })

  it('is partial where it wanted a model and found none, and names every line that was not seen', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const report = await reviewStaged(repository, { request: { model: 'auto' } })
    expect([report.completeness, exitCodeFor(report, 'error'), report.coverage.seenLines]).toEqual(['partial', 4, 0])
    expect(report.coverage.files[0]?.skipped).toEqual({ reason: 'there is no model', expected: false })
    expect(report.notices.map(({ code }) => code)).toEqual(['MODEL_MISSING'])
  })

  it.each([
    ['an engine that cannot be opened', { open: async () => Promise.reject(new AppError('MODEL_INVALID', 'Broken.')) }, 3],
    ['an engine that refuses', {}, 3],
  ])('ends as a failure with %s', async (_name, overrides, code) => {
    const repository = repositoryWith(base, { 'src/port.ts': changed, 'src/b.ts': 'b\n' })
    const { handle, requests } = scriptedEngine(() => new AppError('ENGINE_REFUSED', 'No.'))
    const report = await reviewStaged(repository, { engine: { ...handle, ...overrides } })
    expect([report.completeness, exitCodeFor(report, 'error')]).toEqual(['partial', code])
    expect(requests.length).toBeLessThan(2)
  })

  it('is unfinished, not failed, when some of its units were answered', async () => {
    const repository = repositoryWith({}, { 'a.ts': 'a()\n', 'b.ts': 'b()\n', 'c.ts': 'c()\n' })
    const { handle } = scriptedEngine((request) =>
      asked(request).includes('b.ts') ? new AppError('ENGINE_OUT_OF_CONTEXT', 'Too long.') : none,
    )
    const report = await reviewStaged(repository, { engine: handle })
    expect([exitCodeFor(report, 'error'), report.coverage.seenLines, report.notices.map(({ code }) => code)]).toEqual([
      4,
      2,
      ['UNITS_UNSEEN'],
    ])
  })

  it('records a unit as unseen when its answers cannot be read, after two requests', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const { handle, requests } = scriptedEngine(() => 'Looks good to me!')
    const report = await reviewStaged(repository, { engine: handle })
    expect([requests.length, exitCodeFor(report, 'error'), report.coverage.files[0]?.skipped?.reason]).toEqual([
      2,
      4,
      'the model gave no answer that could be read',
    ])
  })

  it('stops asking at its deadline and at its token limit', async () => {
    const repository = repositoryWith({}, { 'a.ts': 'a()\n', 'b.ts': 'b()\n', 'c.ts': 'c()\n' })
    const { handle, requests } = scriptedEngine(() => none)
    const limited = await reviewStaged(repository, { engine: handle, maxTokens: 150 })
    expect([requests.length, limited.coverage.seenLines, exitCodeFor(limited, 'error')]).toEqual([2, 2, 4])
    const slow = scriptedEngine(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))))
    const late = await reviewStaged(repository, { engine: slow.handle, maxTime: 300 })
    expect([late.coverage.files[0]?.skipped?.reason, exitCodeFor(late, 'error')]).toEqual(['the time limit of 300ms was reached', 4])
  })

  it('ends with the reason of an interruption', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const interrupted = new AbortController()
    const { handle } = scriptedEngine(({ signal }) => {
      interrupted.abort(new Error('Ctrl-C'))
      return Promise.reject(signal.reason)
    })
    await expect(reviewStaged(repository, { engine: handle, signal: interrupted.signal })).rejects.toThrow('Ctrl-C')
  })

  it('has nothing to say about an empty change', async () => {
    const report = await reviewStaged(repositoryWith(base, {}), { engine: scriptedEngine(() => none).handle })
    expect([report.summary, report.completeness, exitCodeFor(report, 'note')]).toEqual([
      expect.stringContaining('Nothing to review'),
      'complete',
      0,
    ])
  })

  it('honours an ignore comment with a reason', async () => {
    const ignored = changed.replace('return null', 'return null // agent-ignore[boundary]: only high ports here')
    const repository = repositoryWith(base, { 'src/port.ts': ignored })
    const { handle } = scriptedEngine(() => claims({ ...claim, quote: 'if (port <= 65535)' }))
    expect(findingsOf(await reviewStaged(repository, { engine: handle }))).toEqual(['review/boundary src/port.ts:3 inline'])
  })
})

describe('rules of the team', () => {
  it.each([
    ['globs: **/*.ts', ['a.ts']],
    ['paths: "{a,b}.{ts,tsx}"', ['a.ts', 'b.tsx']],
    ['paths: []', []],
    ['globs: *.tsx', ['b.tsx']],
  ])('with the front matter %s reach only the files that they name', async (header, expected) => {
    const repository = repositoryWith({}, { 'a.ts': 'a()\n', 'b.tsx': 'b()\n', 'c.py': 'c()\n' })
    repository.write('.agent/rules/one.md', `---\n${header}\n---\nNever call it.`)
    const { handle, requests } = scriptedEngine(() => none)
    await reviewStaged(repository, { engine: handle })
    const reached = requests
      .filter(({ messages }) => JSON.stringify(messages).includes('Never call it'))
      .map((request) => /File "([^"]+)"/.exec(asked(request))?.[1])

    expect(new Set(reached)).toEqual(new Set(expected))
  })
})

describe('limits', () => {
  it('ask for no more findings than the configuration lets through', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const { handle, requests } = scriptedEngine(() => none)
    await reviewStaged(repository, { engine: handle, config: { review: { maxFindings: 1 } } })
    expect(JSON.stringify(requests[0]?.outputSchema)).toContain('"maxItems":1')
  })

  it('hold for a unit of few new lines and many removed ones', async () => {
    const before = Array.from({ length: 60 }, (_, index) => `const removed${index} = '${'long text '.repeat(150)}'`).join('\n')
    const repository = repositoryWith({ 'a.ts': `${before}\n` }, { 'a.ts': 'fresh()\n' })
    const { handle, requests } = scriptedEngine(() => none)
    await reviewStaged(repository, { engine: handle })
    const { estimateTokens } = await import('../../../src/domain/tokens.ts')
    for (const request of requests) expect(estimateTokens(JSON.stringify(request.messages))).toBeLessThan(5000)
  })

  it('do not let another server answer for this one', async () => {
    const repository = repositoryWith(base, { 'src/port.ts': changed })
    const kept = memory()
    const { handle, requests } = scriptedEngine(() => none)
    await reviewStaged(repository, { engine: { ...handle, place: 'http://a/v1' }, memory: kept })
    await reviewStaged(repository, { engine: { ...handle, place: 'http://b/v1' }, memory: kept })
    expect(requests).toHaveLength(2)
  })
})

it('goes on without its memory when that fails', async () => {
  const repository = repositoryWith(base, { 'src/port.ts': changed })
  const { handle } = scriptedEngine(() => claims(claim))
  const broken = {
    recall: () => {
      throw new Error('disk image is malformed')
    },
    remember: () => {},
    recordRun: () => {},
    findFinding: () => null,
    close: () => {},
  }
  const report = await reviewStaged(repository, { engine: handle, memory: broken })
  expect([findingsOf(report), report.notices.map(({ code }) => code)]).toEqual([['review/boundary src/port.ts:3 open'], ['CACHE_UNUSABLE']])
})
