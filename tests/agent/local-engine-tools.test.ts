import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { localHandle } from '../../src/engine/llama/local-engine.ts'
import { toolsFor } from '../../src/tools/registry.ts'
import { localOptions } from '../engine/llama/local-options.ts'
import { toolsTemplate } from '../engine/llama/talk/tools-template.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { scriptedMoe } from '../helpers/local-models.ts'
import { toolContext } from '../tools/tool-context.ts'
import { runOn, task } from './agent-run.ts'

const call = (name: string, input: string) => `<tool_call>\n{"name": "${name}", "arguments": ${input}}\n</tool_call>`

it('runs the loop over the real tools with the calls of the model itself', async () => {
  using repository = temporaryRepository()
  repository.commit('begin', { 'a.ts': 'export const marmalade = 1\n' })
  // The first trigger that stands in the prompt wins, so the last step comes first.
  const model = scriptedMoe({
    replies: [
      { trigger: 'jam.ts', reply: 'The constant is copied.' },
      { trigger: 'marmalade', reply: call('write_file', '{"path": "jam.ts", "content": "export const jam = \\"<1>\\"\\n"}') },
      { trigger: 'Copy', reply: `I read it.\n${call('read_file', '{"path": "a.ts"}')}` },
    ],
    fallback: 'I do not know what to do.',
    chatTemplate: toolsTemplate,
  })
  const engine = await localHandle(localOptions(model, { contextTokens: 16_384 })).open(new AbortController().signal)
  onTestFinished(() => engine.close())
  const { outcome, events } = await runOn(engine, {
    tools: toolsFor(['read', 'write']),
    context: (signal) => toolContext(repository, { signal }),
    messages: task('Copy the constant.'),
  })
  expect(outcome).toMatchObject({ ending: 'done', text: 'The constant is copied.', steps: 3 })
  expect(outcome.calls).toEqual([
    { tool: 'read_file', isError: false },
    { tool: 'write_file', isError: false },
  ])
  expect(readFileSync(join(repository.root, 'jam.ts'), 'utf8')).toBe('export const jam = "<1>"\n')
  expect(events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('')).toBe('I read it.The constant is copied.')
})
