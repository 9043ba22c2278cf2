import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createBudget, DeadlineReached } from '../../src/agent/budget.ts'

const signal = new AbortController().signal

describe('createBudget', () => {
  it('has room until its tokens are spent', () => {
    const budget = createBudget({ maxTime: null, maxTokens: 100, signal })
    budget.spend(99)
    expect(budget.exhausted()).toBeNull()
    budget.spend(1)
    expect(budget.exhausted()).toBe('the limit of 100 tokens was reached')
    budget.close()
  })

  it('aborts at its deadline with a reason of its own', async () => {
    const budget = createBudget({ maxTime: 10, maxTokens: null, signal, timeLabel: 'the time limit of 10ms' })
    const reason = await new Promise((resolve) => budget.signal.addEventListener('abort', () => resolve(budget.signal.reason)))
    expect(reason).toBeInstanceOf(DeadlineReached)
    expect(budget.exhausted()).toBe('the time limit of 10ms was reached')
  })

  it('passes an interruption on as it is', () => {
    const interrupted = new AbortController()
    const budget = createBudget({ maxTime: 60_000, maxTokens: null, signal: interrupted.signal })
    interrupted.abort(new Error('Ctrl-C'))
    expect([budget.signal.reason.message, budget.exhausted()]).toEqual(['Ctrl-C', null])
    budget.close()
  })

  it('has no deadline left once it is closed', async () => {
    const budget = createBudget({ maxTime: 5, maxTokens: null, signal })
    budget.close()
    await setTimeout(20)
    expect(budget.signal.aborted).toBe(false)
  })
})
