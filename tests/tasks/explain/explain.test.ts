import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { explainResultSchema } from '../../../src/domain/result.ts'
import { openMemory } from '../../../src/memory/sqlite.ts'
import { holdCitations, readExplanation } from '../../../src/tasks/explain/answer.ts'
import { explain } from '../../../src/tasks/explain/explain.ts'
import type { ExplainSubject } from '../../../src/tasks/explain/gather.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { asked, scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'

const port = `import { limits } from './limits.ts'

export function parsePort(text: string): number {
  const port = Number(text)
  if (port > limits.port) throw new RangeError('too large')
  return port
}

export const other = 1
`

function project(files: Record<string, string> = {}) {
  const repository = temporaryRepository({ files: { 'src/port.ts': port, ...files } })
  onTestFinished(repository.remove)
  return repository
}

const claim = (quote: string, line: number, text = 'It converts the text.', path = 'src/port.ts') => ({ quote, path, line, text })
const says = (...claims: unknown[]) => scriptedEngine(() => JSON.stringify({ claims }))
const about = (more: Partial<Extract<ExplainSubject, { kind: 'path' }>> = {}): { subject: ExplainSubject } => ({
  subject: { kind: 'path', path: 'src/port.ts', startLine: null, endLine: null, ...more },
})

describe('agent explain', () => {
  it('cites the lines of what it says, where they really stand', async () => {
    const { handle } = says(claim('const port = Number(text)', 9))
    const report = await runOn(project(), explain, about(), { engine: handle })
    expect(explainResultSchema.parse(report.result)).toEqual({
      task: 'explain',
      about: 'the file src/port.ts',
      claims: [{ text: 'It converts the text.', path: 'src/port.ts', startLine: 4, endLine: 4, evidence: '  const port = Number(text)' }],
      dropped: 0,
    })
    expect(report.summary).toBe('1 statement about 1 file')
  })

  it('drops what cites lines that are not there, and says how many', async () => {
    const { handle } = says(
      claim('const port = parseInt(text, 10)', 4),
      claim('return port', 6),
      claim('return port', 6, 'x', 'src/other.ts'),
    )
    const report = await runOn(project(), explain, about(), { engine: handle })
    expect(explainResultSchema.parse(report.result)).toMatchObject({ claims: [{ startLine: 6 }], dropped: 2 })
    expect(report.notices).toMatchObject([
      { code: 'CITATION_DROPPED', message: '2 statements cited lines that are not there, and were dropped.' },
    ])
  })

  it('is incomplete where nothing that was said can be checked', async () => {
    const { handle } = says(claim('nothing like it', 1))
    const report = await runOn(project(), explain, about(), { engine: handle })
    expect([report.completeness, report.summary]).toEqual(['partial', 'nothing that was said could be checked'])
  })

  it('shows the function around a line, and no more', async () => {
    const { handle, requests } = says(claim('return port', 6))
    await runOn(project(), explain, about({ startLine: 5, endLine: 5 }), { engine: handle })
    expect(asked(requests[0]!)).toMatch(/^src\/port\.ts \(parsePort\)\n3 export function parsePort/)
    expect(asked(requests[0]!)).not.toContain('other')
  })

  it('shows the lines around one that is in no function', async () => {
    const { handle, requests } = says(claim('plain text', 2, 'It is text.', 'notes.txt'))
    const subject = { kind: 'path', path: 'notes.txt', startLine: 2, endLine: 3 } as const
    const report = await runOn(project({ 'notes.txt': 'one\nplain text\nthree\n' }), explain, { subject }, { engine: handle })
    expect(asked(requests[0]!)).toContain('2 plain text')
    expect(report.result).toMatchObject({ about: 'lines 2 to 3 of notes.txt' })
  })

  it('explains a change by its new side', async () => {
    const repository = project()
    repository.commit('Change', { 'src/port.ts': port.replace('too large', 'out of range') })
    const { handle, requests } = says(claim("throw new RangeError('out of range')", 5))
    const report = await runOn(repository, explain, { subject: { kind: 'range', from: 'HEAD~1', to: 'HEAD' } }, { engine: handle })
    expect(asked(requests[0]!)).toContain('out of range')
    expect(asked(requests[0]!)).not.toContain('too large')
    expect(report.result).toMatchObject({ claims: [{ startLine: 5 }] })
  })

  it('explains a finding with the code it points at', async () => {
    const { handle, requests } = says(claim('if (port > limits.port)', 5))
    const finding = { title: 'NaN passes', message: 'Number("x") is NaN.', region: { path: 'src/port.ts', startLine: 5, endLine: 5 } }
    await runOn(project(), explain, { subject: { kind: 'finding', finding } }, { engine: handle })
    expect(requests[0]!.messages[0]).toMatchObject({ text: expect.stringContaining('NaN passes') })
  })

  it('says that not everything was shown', async () => {
    const long = Array.from({ length: 400 }, (_, index) => `export const value${index} = compute(${index}, 'some text')`).join('\n')
    const { handle } = says(claim('export const value1 = compute(1,', 2, 'x', 'long.ts'))
    const report = await runOn(
      project({ 'long.ts': long }),
      explain,
      { subject: { ...about().subject, path: 'long.ts' } as ExplainSubject },
      { engine: handle },
    )
    expect([report.completeness, report.notices.map(({ code }) => code)]).toEqual(['partial', ['EXPLANATION_CUT']])
  })

  it('answers the second time from the cache', async () => {
    const repository = project()
    const memory = openMemory({ path: join(repository.root, '..', 'memory.db'), maxAge: 1e9, maxBytes: 1e9 })
    onTestFinished(() => memory.close())
    const { handle, requests } = says(claim('return port', 6))
    const first = await runOn(repository, explain, about(), { engine: handle, memory })
    const second = await runOn(repository, explain, about(), { engine: handle, memory })
    expect([requests.length, second.usage.cacheHits, second.result]).toEqual([1, 1, first.result])
  })

  it.each([
    [{ path: 'src/prot.ts' }, 'USAGE_INVALID', 'There is no file src/prot.ts'],
    [{ startLine: 500, endLine: 500 }, 'USAGE_INVALID', 'src/port.ts has 9 lines'],
    [{ path: '../outside.ts' }, 'PATH_OUTSIDE_WORKSPACE', 'is not a path inside'],
    [{ path: 'image.png' }, 'USAGE_INVALID', 'image.png is binary'],
  ])('refuses %j', async (more, code, message) => {
    const repository = project({ 'image.png': '\u0000\u0001' })
    const { handle } = says()
    await expect(runOn(repository, explain, about(more), { engine: handle })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  it('refuses a range that changes no text', async () => {
    const repository = project()
    const { handle } = says()
    await expect(
      runOn(repository, explain, { subject: { kind: 'range', from: 'HEAD', to: 'HEAD' } }, { engine: handle }),
    ).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    })
  })

  it('fails where the model says nothing that can be read', async () => {
    const { handle } = scriptedEngine(() => 'I would rather not.')
    await expect(runOn(project(), explain, about(), { engine: handle })).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  })
})

describe('the answer', () => {
  it('is never more than what stands in the text that was shown', () => {
    const excerpts = [
      { path: 'a', what: '', lines: ['one', 'two words', 'three more words'].map((text, index) => ({ line: index + 1, text })) },
    ]
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, quote) => {
        const read = readExplanation({ claims: [value, { quote, path: 'a', line: 1, text: 'x' }] }) ?? []
        const { held, dropped } = holdCitations(read, excerpts)
        expect(held.length + dropped).toBe(read.length)
        for (const { evidence } of held) expect('one\ntwo words\nthree more words').toContain(evidence)
      }),
    )
  })
})
