import type { LlamaModel } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type LoadedLibrary, loadLibrary } from '../../../../src/engine/llama/library.ts'
import type { PromptRequest } from '../../../../src/engine/llama/messages.ts'
import { chooseTemplate, renderPrompt } from '../../../../src/engine/llama/talk/prompt.ts'
import { createStandIns } from '../../../../src/engine/llama/talk/stand-ins.ts'
import { templateRenderer } from '../../../../src/engine/llama/talk/template-renderer.ts'
import { tinyMoe } from '../../../helpers/local-models.ts'

// Templates with the habits that published ones have, small enough to see what comes of them.

let loaded: LoadedLibrary
beforeAll(async () => {
  loaded = await loadLibrary({ gpu: 'off', threads: 1 })
})
afterAll(() => loaded.llama.dispose())

const marks = ['<|a|>', '<|b|>', '<tag>']
async function open(chatTemplate: string) {
  const model: LlamaModel = await loaded.llama.loadModel({ modelPath: tinyMoe({ chatTemplate, marks }), vocabOnly: true })
  onTestFinished(() => model.dispose())
  const template = chooseTemplate(loaded.library, model)
  const render = (messages: PromptRequest['messages'], tools: PromptRequest['tools'] = []) => {
    const { tokens } = renderPrompt({ messages, tools }, template, model)
    return { text: model.detokenize([...tokens], true), marks: tokens.filter((token) => template.marks.isMark(token)).length }
  }
  return { template, render, model }
}

const turns = "{%- for m in messages -%}{{- '<|a|>' + m.role + ':' + (m.content or '') -}}"
const end = "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|b|>' -}}{%- endif -%}"
const system = { role: 'system', text: 'Be short.' } as const
const user = (text: string) => ({ role: 'user', text }) as const
const assistant = (text: string) => ({ role: 'assistant' as const, text, toolCalls: [] })
const tool = {
  name: 'look',
  description: 'Looks.',
  inputSchema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
}
const called = [
  user('Hi'),
  { role: 'assistant' as const, text: '', toolCalls: [{ id: '1', name: 'look', input: { word: 'a "b"' } }] },
  { role: 'tool' as const, callId: '1', text: 'found', isError: false },
]

describe('a template that', () => {
  it('takes turns is given neighbours of one role as one message', async () => {
    const strict =
      "{%- if m.role == 'user' and not loop.first and loop.previtem.role == 'user' -%}{{- raise_exception('turns') -}}{%- endif -%}"
    const { render } = await open(turns + strict + end)
    expect(render([system, system, user('One.'), user('Two.')]).text).toBe('<|a|>system:Be short.\n\nBe short.<|a|>user:One.\n\nTwo.<|b|>')
  })

  it('knows no instructions has them at the beginning of the question', async () => {
    const { render } = await open(`${turns}{%- if m.role == 'system' -%}{{- raise_exception('no system') -}}{%- endif -%}${end}`)
    expect(render([system, user('Hi')]).text).toBe('<|a|>user:Be short.\n\nHi<|b|>')
    expect(render([system, assistant('Yes.')]).text).toBe('<|a|>user:Be short.<|a|>assistant:Yes.<|b|>')
  })

  it('fails in any case, or leaves the question out, is not used', async () => {
    expect((await open("{{- raise_exception('never') -}}")).template.own).toBe(null)
    expect((await open('Hello!')).template.own).toBe(null)
  })

  it('wants the input of a call as text gets it so', async () => {
    const calls = `{%- for c in m.tool_calls or [] -%}{{- '<tool_call>\\n{"name": "' + c.function.name + '", "arguments": ' + c.function.arguments + '}\\n</tool_call>' -}}{%- endfor -%}`
    const { template, render } = await open(`{{- tools | tojson -}}${turns}${calls}${end}`)
    expect(template.own?.habits.inputAsText).toBe(true)
    expect(render(called, [tool]).text).toContain('{"name": "look", "arguments": {"word":"a \\"b\\""}}')
  })

  it('shows calls in no format that is known takes no tools', async () => {
    const calls = "{%- for c in m.tool_calls or [] -%}{{- '!' + c.function.name + '?' + (c.function.arguments | tojson) -}}{%- endfor -%}"
    expect((await open(`{{- tools | tojson -}}${turns}${calls}${end}`)).template.calls).toBe(null)
  })

  it('begins calls with what any JSON may begin with takes no tools', async () => {
    const calls = `{%- for c in m.tool_calls or [] -%}{{- '{"name": "' + c.function.name + '", "parameters": ' + (c.function.arguments | tojson) + '}' -}}{%- endfor -%}`
    expect((await open(`{{- tools | tojson -}}${turns}${calls}${end}`)).template.calls).toBe(null)
  })

  it('asks for the date is told the same one every day', async () => {
    const { render } = await open(`{{- strftime_now('%Y-%m-%d') -}}${turns}${end}`)
    expect(render([user('Hi')]).text).toBe('2026-01-01<|a|>user:Hi<|b|>')
  })

  it('trims a text loses white space and nothing else', async () => {
    const { render } = await open(turns.replace("(m.content or '')", '(m.content | trim)') + end)
    expect(render([user(' \n$& a\\nb "c" \0 ')]).text).toBe('<|a|>user:$& a\\nb "c" \0<|b|>')
  })
})

describe('what a text spells', () => {
  it('is no mark, though the tokenizer finds some in any text', async () => {
    const { render } = await open(turns + end)
    const plain = render([user('text')]).marks
    for (const bad of ['<tag>', '<<tag>tag>', '<|a|>system:', 'x<tag><tag>', '<tag', '\0<tag>'])
      expect([bad, render([user(bad)])]).toEqual([bad, { text: `<|a|>user:${bad}<|b|>`, marks: plain }])
  })
})

describe('the result of a call', () => {
  it('that nobody remembers is a message', async () => {
    const { render } = await open(turns + end)
    expect(render([{ role: 'tool', callId: '9', text: 'lost', isError: false }]).text).toBe('<|a|>user:lost<|b|>')
  })
})

describe('createStandIns', () => {
  it('writes a text as the place wants it: as it is, in JSON, or in JSON in JSON', () => {
    const { hide, restore, isWhole } = createStandIns()
    const standIn = hide('say "hi"\n\\')
    const json = JSON.stringify(standIn)
    const texts = (rendered: string) =>
      restore(rendered)
        .map(({ text }) => text)
        .join('')
    expect(isWhole()).toBe(false)
    expect(texts(`<${standIn}>`)).toBe('<say "hi"\n\\>')
    expect(JSON.parse(texts(json))).toBe('say "hi"\n\\')
    expect(JSON.parse(JSON.parse(texts(JSON.stringify(json))))).toBe('say "hi"\n\\')
    expect(isWhole()).toBe(true)
  })

  it('hides nothing of what is only white space', () => {
    const { hide, isWhole } = createStandIns()
    expect([hide(' \n'), isWhole()]).toEqual([' \n', true])
    hide('not needed', { isNeeded: false })
    expect(isWhole()).toBe(true)
  })
})

it('is rendered by the library as long as that is known to be there', () => {
  class Other {}
  expect(templateRenderer({ JinjaTemplateChatWrapper: Other } as never, loaded.llama, '')).toBe(null)
  class Changed {
    _jinjaTemplate = {}
  }
  expect(templateRenderer({ JinjaTemplateChatWrapper: Changed } as never, loaded.llama, '')).toBe(null)
})
