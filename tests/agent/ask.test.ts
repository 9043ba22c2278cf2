import { describe, expect, it } from 'vitest'
import { ask } from '../../src/agent/ask.ts'
import { asked, scriptedEngine } from '../helpers/scripted-engine.ts'

const question = {
  messages: [{ role: 'user' as const, text: 'How many?' }],
  schema: {},
  read: (value: unknown) => (typeof value === 'object' && value !== null && 'count' in value ? Number(value.count) : undefined),
  maxTokens: 100,
  seed: 0,
  signal: new AbortController().signal,
}

describe('ask', () => {
  it('is content with a first answer that can be read', async () => {
    const { engine, requests } = scriptedEngine(() => '{"count":3}')
    expect(await ask(question, engine)).toMatchObject({ status: 'answered', answer: 3, requests: 1 })
    expect(requests).toHaveLength(1)
  })

  it('asks once more when the text cannot be read, shows what was wrong, and adds up the cost', async () => {
    const { engine, requests } = scriptedEngine((_, index) => (index === 0 ? `Three, I think. ${'x'.repeat(5000)}` : '{"count":3}'))
    const reply = await ask(question, engine)
    expect(reply).toMatchObject({ status: 'answered', answer: 3, requests: 2, usage: { inputTokens: 200, outputTokens: 40 } })
    expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(asked(requests[1]!)).toContain('JSON object')
    expect(JSON.stringify(requests[1]?.messages).length).toBeLessThan(1500)
  })

  it('gives up after the second text', async () => {
    const { engine, requests } = scriptedEngine(() => 'I would rather not say.')
    expect(await ask(question, engine)).toMatchObject({ status: 'unreadable', requests: 2 })
    expect(requests).toHaveLength(2)
  })

  it('does not ask again for an answer that was cut off', async () => {
    const { engine, requests } = scriptedEngine(() => ({
      message: { role: 'assistant', text: '{"count":', toolCalls: [] },
      stopReason: 'length',
    }))
    expect(await ask(question, engine)).toMatchObject({ status: 'truncated', requests: 1 })
    expect(requests).toHaveLength(1)
  })

  it('takes the arguments of a tool call as the answer', async () => {
    const { engine } = scriptedEngine(() => ({
      message: { role: 'assistant', text: '', toolCalls: [{ id: '1', name: 'report', input: { count: 4 } }] },
    }))
    expect(await ask(question, engine)).toMatchObject({ status: 'answered', answer: 4 })
  })

  it('says so when the repaired answer is cut off', async () => {
    const { engine } = scriptedEngine((_, index) =>
      index === 0 ? 'Three.' : { message: { role: 'assistant', text: '{"cou', toolCalls: [] }, stopReason: 'length' },
    )
    expect(await ask(question, engine)).toMatchObject({ status: 'truncated', requests: 2 })
  })
})
