import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collectProbabilities } from '../../src/engine/openai/probabilities.ts'
import { parseRetryAfter } from '../../src/engine/openai/retry-after.ts'
import { collectToolCalls } from '../../src/engine/openai/tool-calls.ts'
import { quoteServer } from '../../src/engine/openai/failure.ts'
import type { ToolCallDelta } from '../../src/engine/openai/wire.ts'

describe('tool calls from deltas', () => {
  const collected = (deltas: readonly ToolCallDelta[], complete = true) => {
    const collector = collectToolCalls()
    for (const delta of deltas) collector.add(delta)
    return collector.calls(complete)
  }
  const part = (text: unknown, more: Partial<ToolCallDelta> & { name?: string } = {}): ToolCallDelta => ({
    index: more.index,
    id: more.id,
    function: { name: more.name, arguments: text },
  })

  it('are put together by index, however their inputs are cut and mixed', () => {
    const anyCall = fc.record({
      name: fc.stringMatching(/^[a-z_]{1,12}$/),
      input: fc.dictionary(fc.string(), fc.jsonValue()),
      cuts: fc.array(fc.nat(200)),
    })
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 4 }), fc.infiniteStream(fc.nat()), (calls, chance) => {
        const queues = calls.map(({ name, input, cuts }, index) => {
          const pieces = cutAt(JSON.stringify(input), cuts)
          return [part('', { index, id: `c${index}`, name }), ...pieces.map((piece) => part(piece, { index }))]
        })
        const deltas: ToolCallDelta[] = []
        // Calls begin in order and may then alternate.
        for (const queue of queues) deltas.push(...queue.splice(0, 1))
        while (queues.some((queue) => queue.length > 0)) {
          const open = queues.filter((queue) => queue.length > 0)
          deltas.push(...open[(chance.next().value as number) % open.length]!.splice(0, 1))
        }
        expect(collected(deltas)).toEqual(
          calls.map(({ name, input }, index) => ({ id: `c${index}`, name, input: JSON.parse(JSON.stringify(input)) })),
        )
      }),
    )
  })

  it('are told apart by id where all have the same index', () => {
    const deltas = [
      part('{"a":', { index: 0, id: 'x', name: 'one' }),
      part('1}', { index: 0 }),
      part('{"b":2}', { index: 0, id: 'y', name: 'two' }),
    ]
    expect(collected(deltas)).toEqual([
      { id: 'x', name: 'one', input: { a: 1 } },
      { id: 'y', name: 'two', input: { b: 2 } },
    ])
  })

  it('are told apart by id where none has an index, also when every delta repeats it', () => {
    const deltas = [
      part('{"a":', { id: 'x', name: 'one' }),
      part('1}', { id: 'x', name: 'one' }),
      part('{"b":', { id: 'y', name: 'two' }),
      part('2}'),
    ]
    expect(collected(deltas)).toEqual([
      { id: 'x', name: 'one', input: { a: 1 } },
      { id: 'y', name: 'two', input: { b: 2 } },
    ])
  })

  it('get ids of their own where the server repeats one or gives none', () => {
    const deltas = [
      part({ a: 1 }, { index: 0, id: 'same', name: 'one' }),
      part({ a: 2 }, { index: 1, id: 'same', name: 'one' }),
      part('', { index: 2, name: 'two' }),
    ]
    expect(collected(deltas).map((call) => call.id)).toEqual(['same', 'same_', 'call_2'])
    expect(collected(deltas).map((call) => call.input)).toEqual([{ a: 1 }, { a: 2 }, {}])
  })

  it('keep input that is no JSON as text, and lose what was cut off', () => {
    const deltas = [part('{"a":1}', { index: 0, name: 'one' }), part('{"a":', { index: 1, name: 'two' }), part(null, { index: 2 })]
    expect(collected(deltas).map((call) => call.input)).toEqual([{ a: 1 }, '{"a":'])
    expect(collected(deltas, false).map((call) => call.input)).toEqual([{ a: 1 }])
  })
})

describe('token probabilities', () => {
  const gathered = (tokens: readonly { token: string; bytes?: number[] }[], text: string) => {
    const collector = collectProbabilities()
    for (const token of tokens) collector.add({ ...token, logprob: -1 })
    return collector.of(text)
  }

  it('make up the text however its bytes are cut into tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.array(fc.nat(60)), (text, cuts) => {
        const bytes = Buffer.from(text)
        const tokens = cutAt(bytes, cuts).map((piece) => ({ token: piece.toString('latin1'), bytes: [...piece] }))
        const own = gathered(tokens, text)
        expect(own?.map((token) => token.text).join('')).toBe(text)
        expect(own?.reduce((sum, token) => sum + token.logprob, 0)).toBe(-tokens.length)
      }),
    )
  })

  it('leave out the token that ends the answer', () => {
    expect(gathered([{ token: '{}' }, { token: '<|im_end|>' }], '{}')).toEqual([{ text: '{}', logprob: -1 }])
  })

  it('are not given where they belong to another text, or to none', () => {
    expect(gathered([{ token: '{' }, { token: ']' }], '{}')).toBeNull()
    expect(gathered([], '{}')).toBeNull()
    expect(gathered([{ token: 'thought' }], '')).toBeNull()
  })
})

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 22, 12)
  it.each<[string | null, number | null]>([
    ['3', 3_000],
    [' 1.5 ', 1_500],
    ['0', 0],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['-5', null],
    ['1e9', null],
    ['tomorrow', null],
    ['', null],
    [null, null],
  ])('%j means %j milliseconds', (value, milliseconds) => {
    expect(parseRetryAfter(value, now)).toBe(milliseconds)
  })

  it('is never negative, and never not a number', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(parseRetryAfter(value, now) ?? 0).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('the words of a server', () => {
  it('come out as one short line without control characters and without the key', () => {
    expect(quoteServer('bad\u001b[31m key\r\n sk-1234 \u202egnp.exe\u2028', ' sk-1234\n')).toBe('bad [31m key *** gnp.exe')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const quoted = quoteServer(text, null)
        expect(quoted.length).toBeLessThanOrEqual(301)
        expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
      }),
    )
  })
})

function cutAt<T extends string | Buffer>(whole: T, cuts: readonly number[]): T[] {
  const bounds = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((one, other) => one - other), whole.length]
  return bounds.slice(1).flatMap((end, at) => (end > bounds[at]! ? [whole.slice(bounds[at], end) as T] : []))
}
