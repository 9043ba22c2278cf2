import { localHandle } from '../../../src/engine/llama/local-engine.ts'
import { scriptedMoe, tinyMoe } from '../../helpers/local-models.ts'
import { contractSchema, describeEngine } from '../contract.ts'
import { localOptions } from './local-options.ts'
import { toolsTemplate } from './talk/tools-template.ts'

const openWith =
  (modelPath: string, more = {}) =>
  () =>
    localHandle(localOptions(modelPath, more)).open(new AbortController().signal)

describeEngine('a tiny model of random weights', openWith(tinyMoe()), { tokenProbabilities: false })

describeEngine('one with the shape of DeepSeek', openWith(tinyMoe({ arch: 'deepseek2' })), { tokenProbabilities: false })

describeEngine('the same with two sequences', openWith(tinyMoe(), { parallel: 2, contextTokens: 2048 }), { tokenProbabilities: false })

const items = [{ quote: 'cache.get(k)', line: 17, note: null }]
void contractSchema
const script = {
  replies: [{ trigger: 'What do you see', reply: JSON.stringify({ verdict: 'some', items }) }],
  fallback: 'One, two, three, four, and so on, up to one hundred.',
}
describeEngine('a model that says what it is told', openWith(scriptedMoe(script)), { tokenProbabilities: false })

const caller = {
  replies: [
    ...script.replies,
    { trigger: 'Look up', reply: '<tool_call>\n{"name": "look_up", "arguments": {"word": "quince"}}\n</tool_call>' },
  ],
  fallback: script.fallback,
  chatTemplate: toolsTemplate,
}
describeEngine('a model that calls tools', openWith(scriptedMoe(caller)), { tokenProbabilities: false, toolPrompt: 'Look up a word.' })
