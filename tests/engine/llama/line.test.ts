import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { AppError } from '../../../src/domain/errors.ts'
import { createLine } from '../../../src/engine/llama/line.ts'
import type { ToProcess } from '../../../src/engine/llama/messages.ts'

function openLine(patienceMs?: number) {
  const sent: ToProcess[] = []
  const waiting: boolean[] = []
  const onHang = vi.fn<() => void>()
  const line = createLine({
    send: (message) => sent.push(message),
    onWaiting: (isWaited) => waiting.push(isWaited),
    onHang,
    ...(patienceMs !== undefined && { patienceMs }),
  })
  const count = (text: string, signal?: AbortSignal) =>
    line.call({ type: 'count', text }, { result: z.number(), ...(signal && { signal }) })
  return { line, sent, waiting, onHang, count }
}

describe('createLine', () => {
  it('brings each answer to its question, whatever the order', async () => {
    const { line, sent, waiting, count } = openLine()
    const both = [count('a'), count('b')]
    expect(sent).toEqual([
      { type: 'count', id: 0, text: 'a' },
      { type: 'count', id: 1, text: 'b' },
    ])
    line.receive({ type: 'done', id: 1, value: 22 })
    line.receive({ type: 'done', id: 0, value: 11 })
    expect(await Promise.all(both)).toEqual([11, 22])
    expect(waiting).toEqual([true, true, true, false])
  })

  it('turns what failed over there into the same error here', async () => {
    const { line, count } = openLine()
    const [withHint, without] = [count('a'), count('b')]
    line.receive({ type: 'failed', id: 0, code: 'MODEL_INVALID', message: 'No.', hint: 'Do.' })
    line.receive({ type: 'failed', id: 1, code: 'ENGINE_FAILED', message: 'No.', hint: null })
    await expect(withHint).rejects.toMatchObject({ name: 'AppError', code: 'MODEL_INVALID', message: 'No.', hint: 'Do.' })
    await expect(without).rejects.toMatchObject({ code: 'ENGINE_FAILED', hint: undefined })
  })

  it('passes on what is said before the end, and nothing after it', async () => {
    const { line } = openLine()
    const heard: string[] = []
    const answer = line.call(
      { type: 'count', text: '' },
      { result: z.number(), onTurn: () => heard.push('turn'), onText: (delta) => heard.push(delta) },
    )
    for (const message of [
      { type: 'turn' },
      { type: 'text', delta: 'a' },
      { type: 'text', delta: 'b' },
      { type: 'done', value: 1 },
      { type: 'text', delta: 'c' },
    ])
      line.receive({ ...message, id: 0 })
    expect(await answer).toBe(1)
    expect(heard).toEqual(['turn', 'a', 'b'])
  })

  it('leaves at once when it is aborted, and tells the other side', async () => {
    const { sent, count } = openLine()
    const abort = new AbortController()
    const reason = new Error('enough')
    const asked = count('a', abort.signal)
    abort.abort(reason)
    await expect(asked).rejects.toBe(reason)
    expect(sent.at(-1)).toEqual({ type: 'abort', id: 0 })
    await expect(count('b', abort.signal)).rejects.toBe(reason)
    expect(sent).toHaveLength(2)
  })

  it('calls it hanging when an aborted request does not end either', async () => {
    const { onHang, count } = openLine(1)
    const abort = new AbortController()
    const asked = count('a', abort.signal)
    abort.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await vi.waitFor(() => expect(onHang).toHaveBeenCalledOnce())
  })

  it('is content when an aborted request ends after all, or the line does', async () => {
    const { line, onHang, count } = openLine(30)
    const abort = new AbortController()
    const asked = [count('a', abort.signal), count('b', abort.signal)]
    abort.abort(new Error('enough'))
    await Promise.allSettled(asked)
    line.receive({ type: 'failed', id: 0, code: 'ENGINE_FAILED', message: 'aborted', hint: null })
    line.fail(new AppError('ENGINE_FAILED', 'It ended.'))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(onHang).not.toHaveBeenCalled()
  })

  it('fails whatever is asked when it breaks, then and later, for the first reason', async () => {
    const { line, sent, count } = openLine()
    const abort = new AbortController()
    const asked = count('a', abort.signal)
    const end = new AppError('ENGINE_FAILED', 'It ended.')
    line.fail(end)
    line.fail(new AppError('ENGINE_FAILED', 'It ended again.'))
    await expect(asked).rejects.toBe(end)
    await expect(count('b')).rejects.toBe(end)
    abort.abort()
    expect(sent).toHaveLength(1)
    expect(line.isBroken()).toBe(true)
  })

  it('ends a request whose listener throws with what it threw, and asks for no more of it', async () => {
    const { line, sent } = openLine()
    const wrong = new Error('listener')
    const asked = line.call(
      { type: 'count', text: '' },
      {
        result: z.number(),
        onText: () => {
          throw wrong
        },
      },
    )
    line.receive({ type: 'text', id: 0, delta: 'a' })
    await expect(asked).rejects.toBe(wrong)
    expect(sent.at(-1)).toEqual({ type: 'abort', id: 0 })
  })

  it('does not take an answer that is none', async () => {
    const { line, count } = openLine()
    const asked = count('a')
    line.receive({ type: 'done', id: 0, value: 'eleven' })
    await expect(asked).rejects.toThrow('expected number')
    expect(() => line.receive({ type: 'rumour', id: 0 })).toThrow('Invalid')
  })
})
