import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Engine } from '../../src/engine/engine.ts'
import { localHandle } from '../../src/engine/llama/local-engine.ts'
import { defineTool, type Tool } from '../../src/tools/tool.ts'
import { localOptions } from '../engine/llama/local-options.ts'
import { scriptedMoe, tinyMoe } from '../helpers/local-models.ts'
import { memoryTools, runOn, task } from './agent-run.ts'

let engine: Engine | undefined
afterEach(async () => {
  await engine?.close()
  engine = undefined
})

async function open(modelPath: string): Promise<Engine> {
  engine = await localHandle(localOptions(modelPath, { contextTokens: 4096 })).open(new AbortController().signal)
  return engine
}

const call = (tool: string, input: unknown) => JSON.stringify({ thought: `use ${tool}`, tool, input })

describe('a model on this machine', () => {
  it('reads, writes and says that it is done, each under the grammar', async () => {
    const { tools, ran, files } = memoryTools({ 'a.ts': 'export const marmalade = 1' })
    // The first trigger that stands in the prompt wins, so the last step comes first.
    const model = scriptedMoe({
      replies: [
        { trigger: 'characters', reply: call('finish', { answer: 'The constant is copied to b.ts.' }) },
        { trigger: 'marmalade', reply: call('write_file', { path: 'b.ts', content: 'export const jam = "1"\n', mode: 'create' }) },
        { trigger: 'Copy', reply: call('read_file', { path: 'a.ts', start_line: 1, whole: false }) },
      ],
      fallback: 'I do not know what to do.',
    })
    const { outcome, events } = await runOn(await open(model), { tools, messages: task('Copy the constant.') })
    expect(outcome).toMatchObject({ ending: 'done', text: 'The constant is copied to b.ts.', steps: 3 })
    expect(ran.map(({ name }) => name)).toEqual(['read_file', 'write_file'])
    expect(files.get('b.ts')).toBe('export const jam = "1"\n')
    expect(events.filter(({ type }) => type === 'tool-end')).toHaveLength(2)
  })

  it('cannot say anything but a call or the end, whatever its weights are', async () => {
    const ran: unknown[] = []
    const input = z.strictObject({
      letter: z.enum(['a', 'b']),
      count: z.int().nonnegative(),
      words: z.array(z.string().max(5)).max(2).default([]),
    })
    const one = (name: string): Tool =>
      defineTool({
        name,
        description: 'Picks.',
        effect: 'write',
        input,
        run: async (picked) => {
          ran.push(picked)
          return { text: `picked ${ran.length}` }
        },
      })
    const model = await open(tinyMoe({ seed: 5 }))
    const names = ['first', 'second', 'third', 'fourth', 'fifth']
    for (const name of names) {
      const { outcome } = await runOn(model, { tools: names.map(one), messages: task(`Go, ${name}.`), maxSteps: 2, maxTokensPerStep: 1500 })
      expect(outcome.ending).not.toBe('unreadable')
      expect(outcome.calls.every(({ isError }) => !isError)).toBe(true)
    }
    expect(ran.length).toBeGreaterThan(0)
  })
})
