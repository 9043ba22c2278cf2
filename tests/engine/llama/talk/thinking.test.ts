import { Ajv } from 'ajv'
import type { LlamaModel, Token } from 'node-llama-cpp'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Message } from '../../../../src/domain/message.ts'
import type { Engine, ToolSpec } from '../../../../src/engine/engine.ts'
import { localHandle } from '../../../../src/engine/llama/local-engine.ts'
import { think } from '../../../../src/engine/llama/talk/thinking.ts'
import { closing, thoughtMarks } from '../../../../src/engine/llama/talk/thought-marks.ts'
import { scriptedMoe, tinyMoe } from '../../../helpers/local-models.ts'
import { marksOf, realTemplate } from '../../../helpers/real-templates.ts'
import { ask, contractSchema } from '../../contract.ts'
import { localOptions } from '../local-options.ts'

const turns = "{%- for m in messages -%}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' -}}{%- endfor -%}"
const thinkingTemplate = `${turns}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n<think>' -}}{%- if not enable_thinking -%}{{- '</think>' -}}{%- endif -%}{%- endif -%}`

async function open(modelPath: string): Promise<Engine> {
  const engine = await localHandle(localOptions(modelPath, { contextTokens: 4096 })).open(new AbortController().signal)
  onTestFinished(() => engine.close())
  return engine
}
const says = (fallback: string) => open(scriptedMoe({ replies: [], fallback, chatTemplate: thinkingTemplate }))

describe('a model that thinks', () => {
  it('answers after its thought, which is no part of the answer', async () => {
    const engine = await says('One and none are one too</think>It is 1.')
    const said: string[] = []
    const generation = await engine.generate(ask('Add.', { thinking: { maxTokens: 50 }, onText: (delta) => said.push(delta) }))
    expect(generation).toMatchObject({
      message: { text: 'It is 1.', toolCalls: [] },
      thought: 'One and none are one too',
      stopReason: 'stop',
    })
    expect(said.join('')).toBe('It is 1.')
  })

  it('has as many tokens for its answer as if it had not thought', async () => {
    const engine = await says('One and none are one too</think>It is 1.')
    const thinking = { maxTokens: 50 }
    const { message, stopReason, usage } = await engine.generate(ask('Add.', { thinking, maxTokens: 1 }))
    expect(stopReason).toBe('length')
    expect('It is 1.').toContain(message.text)
    // The tokens of the thought were spent too.
    expect(usage.outputTokens).toBeGreaterThan(1)
  })

  it('answers also when it would go on thinking, or ends without an answer', async () => {
    const engine = await says('One and none are one too')
    const ended = await engine.generate(ask('Add.', { thinking: { maxTokens: 50 } }))
    expect([ended.thought, ended.message.text]).toEqual(['One and none are one too', 'One and none are one too'])
    const { thought, message, stopReason } = await engine.generate(ask('Add.', { thinking: { maxTokens: 1 } }))
    expect(thought?.length).toBeLessThan('One and none are one too'.length)
    expect([message.text, stopReason]).toEqual(['One and none are one too', 'stop'])
  })

  it('keeps to the schema after it, whatever it thinks', async () => {
    const engine = await open(tinyMoe({ chatTemplate: thinkingTemplate }))
    const validate = new Ajv({ strict: false }).compile(contractSchema)
    for (const seed of [1, 2, 3]) {
      const asked = ask('What?', { outputSchema: contractSchema, thinking: { maxTokens: 20 }, maxTokens: 600, temperature: 1, seed })
      const { message, stopReason, thought } = await engine.generate(asked)
      expect([stopReason, validate(JSON.parse(message.text)), typeof thought]).toEqual(['stop', true, 'string'])
    }
  })

  it('does not think when it is not asked to', async () => {
    const engine = await says('It is 1.')
    expect(await engine.generate(ask('Add.'))).not.toHaveProperty('thought')
  })

  it('is refused room that the context does not have', async () => {
    const engine = await says('It is 1.')
    await expect(engine.generate(ask('Add.', { thinking: { maxTokens: 4090 } }))).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_CONTEXT' })
  })

  it('can be interrupted in its thought', async () => {
    const engine = await says(`${'and one '.repeat(400)}</think>It is 1.`)
    const asked = engine.generate(ask('Add.', { thinking: { maxTokens: 3000 }, signal: AbortSignal.timeout(1) }))
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
    const answer = engine.generate(ask('Add.', { thinking: { maxTokens: 1 }, maxTokens: 2 }))
    await expect(answer).resolves.toMatchObject({ stopReason: 'length' })
  })
})

describe('a model with channels', () => {
  const readFile: ToolSpec = {
    name: 'read_file',
    description: 'Reads a file.',
    inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'], additionalProperties: false },
  }
  const chatTemplate = realTemplate('openai-gpt-oss-120b')
  const channels = (fallback: string, trigger = 'marmalade') =>
    open(scriptedMoe({ replies: [{ trigger, reply: 'final<|message|>It is 1.' }], fallback, chatTemplate, marks: marksOf(chatTemplate) }))

  it('answers in the one for the reader', async () => {
    const engine = await channels('It is 17, or so.')
    expect(await engine.generate(ask('Add.'))).toMatchObject({ message: { text: 'It is 17, or so.', toolCalls: [] }, stopReason: 'stop' })
  })

  it('calls a tool, reads the result and answers', async () => {
    const engine = await channels('commentary to=functions.read_file <|constrain|>json<|message|>{"path": "a.ts"}')
    const question = ask('Look.', { tools: [readFile] })
    const { message, stopReason } = await engine.generate(question)
    expect([message, stopReason]).toEqual([
      { role: 'assistant', text: '', toolCalls: [{ id: 'local0', name: 'read_file', input: { path: 'a.ts' } }] },
      'tool-calls',
    ])
    const result: Message = { role: 'tool', callId: 'local0', text: 'marmalade = 1', isError: false }
    const said: string[] = []
    const next = { ...question, messages: [...question.messages, message, result], onText: (delta: string) => said.push(delta) }
    expect(await engine.generate(next)).toMatchObject({ message: { text: 'It is 1.', toolCalls: [] }, stopReason: 'stop' })
    expect(said.join('')).toBe('It is 1.')
  })

  it('makes no call that the token limit cuts off', async () => {
    const engine = await channels('commentary to=functions.read_file <|constrain|>json<|message|>{"path": "a.ts"}')
    expect(await engine.generate(ask('Look.', { tools: [readFile], maxTokens: 3 }))).toMatchObject({
      message: { text: '', toolCalls: [] },
      stopReason: 'length',
    })
  })
})

describe('think', () => {
  /** A token is the number of a piece. */
  const pieces = ['I ', 'wonder', '</th', 'ink>\n\n', 'END']
  const model = {
    tokenize: (text: string) => (text === '' ? [] : [text]) as unknown as Token[],
    detokenize: (tokens: readonly Token[]) => tokens.map((token) => pieces[token]).join(''),
    isEogToken: (token: Token) => token === 4,
  } as unknown as Pick<LlamaModel, 'tokenize' | 'detokenize' | 'isEogToken'>
  const thinkAloud = async (tokens: number[], maxTokens = 99) => {
    const sequence = {
      evaluate: async function* () {
        yield* tokens as Token[]
      },
    } as unknown as Parameters<typeof think>[1]['sequence']
    const thought = { end: '</think>', close: 'CLOSE', between: '' }
    return await think([], { sequence, model, thought, maxTokens, options: {}, onToken: async () => {} })
  }

  it('ends where the end is spelt in several tokens', async () => {
    expect(await thinkAloud([0, 1, 2, 3, 0])).toEqual({ text: 'I wonder', tokens: 4, rest: [3] })
  })

  it('is ended when it has said enough', async () => {
    expect(await thinkAloud([0, 1, 0, 1], 2)).toEqual({ text: 'I wonder', tokens: 2, rest: [1, 'CLOSE'] })
  })

  it('leaves out what would have ended the answer with it', async () => {
    expect(await thinkAloud([0, 4])).toEqual({ text: 'I', tokens: 1, rest: ['CLOSE'] })
    expect(await thinkAloud([0])).toEqual({ text: 'I', tokens: 1, rest: ['CLOSE'] })
  })
})

describe('thoughtMarks', () => {
  it.each([
    ['opens one in any case', '<|a|>\n<think>\n', '<|a|>\n<think>\n', ['', '\n</think>\n\n', '\n\n']],
    ['closes one at once', '<|a|>\n', '<|a|>\n<think>\n\n</think>\n\n', ['<think>\n', '\n</think>\n\n', '\n\n']],
    ['closes one without line breaks', '<|a|>', '/nothink<|a|>\n<think></think>', ['\n<think>', '</think>', '']],
    ['opens and closes it', '<|a|><think>', '<|a|></think>', ['', '</think>', '']],
  ])('of a template that %s', (_name, thinking, silent, [begin, close, between]) => {
    expect(thoughtMarks({ thinking, silent, source: '' })).toEqual({ begin, end: '</think>', close, between })
  })

  it('are none where a template knows no thoughts', () => {
    expect(thoughtMarks({ thinking: '<|a|>', silent: '<|a|>', source: '' })).toBe(null)
    expect(thoughtMarks({ thinking: '<|a|>', silent: '<|a|>', source: 'add_generation_prompt <think>' })).toMatchObject({
      begin: '<think>\n',
    })
  })

  it('close what is open, and nothing else', () => {
    expect(closing('<|a|>\n<think>\n', true)).toBe('\n</think>\n\n')
    expect(closing('<|a|><think>', true)).toBe('</think>')
    expect(closing('<|a|></think>\n', true)).toBe(null)
    expect(closing('<|a|>', true)).toBe('<think>\n\n</think>\n\n')
    expect(closing('<|a|>', false)).toBe(null)
  })
})
