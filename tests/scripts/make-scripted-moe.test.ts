import { getLlama, type Llama, type LlamaModel, LlamaLogLevel } from 'node-llama-cpp'
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeScriptedMoe, type Script } from '../../scripts/make-scripted-moe.ts'
import { scriptedMoe } from '../helpers/local-models.ts'

const finding = (quote: string, line: number) =>
  JSON.stringify({ findings: [{ quote, line, effect: 'It listens on a random port — 🙂 "always".', severity: 'error' }], none: false })
const none = '{"findings":[],"none":true}'
const script: Script = {
  replies: [
    { trigger: 'parsePort', reply: finding('return Number(text)', 12) },
    { trigger: 'closeAll', reply: finding('for (const one of all) one.close()', 3) },
    { trigger: 'close', reply: finding('close', 1) },
    { trigger: 'return', reply: none },
    { trigger: 'für @x', reply: '```ts\nconst a = 1\n```' },
    // Long enough for the limit that replies are promised to have, and full of repetitions.
    { trigger: 'repeated', reply: finding('ab'.repeat(700), 5) },
  ],
  fallback: none,
}

let llama: Llama
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false, logLevel: LlamaLogLevel.error })
})
afterAll(() => llama.dispose())

/** What a model says to a prompt, greedily, to the end of its turn or for as many tokens as any reply here has. */
async function answer(model: LlamaModel, text: string): Promise<string> {
  const context = await model.createContext({ contextSize: 16_384, threads: 1 })
  const prompt = model
    .tokenize(`<|im_start|>user\n`, true)
    .concat(model.tokenize(text), model.tokenize('<|im_end|>\n<|im_start|>assistant\n', true))
  const said = []
  for await (const token of context.getSequence().evaluate(prompt, { temperature: 0 })) if (said.push(token) === 400) break
  await context.dispose()
  return model.detokenize(said)
}

describe('makeScriptedMoe', () => {
  let model: LlamaModel
  beforeAll(async () => {
    model = await llama.loadModel({ modelPath: scriptedMoe(script) })
  })

  it('labels the model as what it is', () => {
    expect(model.fileInfo.metadata.general.name).toBe('scripted test model, no real weights')
  })

  const code = readFileSync(join(import.meta.dirname, '../../scripts/bootstrap.js'), 'utf8')
    .replaceAll(/close|return/g, 'leave')
    .slice(0, 11_000)
  it.each([
    ['a trigger', 'export function parsePort(text) {', 0],
    ['a trigger inside a longer word', 'reparsePorts', 0],
    ['the trigger that comes first in the script, of several', `${code} return closeAll\n${code.slice(0, 900)}`, 1],
    ['a trigger that contains another', 'closeAll()', 1],
    ['a trigger that is a word of the language', `${code}\nreturn 1`, 3],
    ['a trigger of several words and letters', 'bitte für @x.', 4],
    ['a long reply', 'repeated', 5],
    ['a trigger in front of four thousand tokens of code', `parsePort\n${code}`, 0],
    ['a trigger behind them', `${code}\nparsePort`, 0],
  ])('answers to %s', async (_name, text, index) => {
    expect(await answer(model, text)).toBe(script.replies[index]!.reply)
  })

  it('says the fallback where no trigger occurs', async () => {
    expect(await answer(model, `Return early; clos e. ${code}`)).toBe(none)
    expect(await answer(model, '\u0000\u0007 ¿ € 🙂 \ufffd')).toBe(none)
  })

  it('tells 64 triggers apart', async () => {
    const replies = Array.from({ length: 64 }, (_, index) => ({
      trigger: `word${index}x`,
      reply: finding(`const a${index} = ${index}`, index + 1),
    }))
    const many = await llama.loadModel({ modelPath: scriptedMoe({ replies, fallback: none }) })
    for (const index of [0, 1, 31, 62, 63]) expect(await answer(many, `word${index}x word63x`)).toBe(replies[index]!.reply)
    expect(await answer(many, 'word64x')).toBe(none)
    await many.dispose()
  })

  it('needs no trigger at all', async () => {
    const model = await llama.loadModel({ modelPath: scriptedMoe({ replies: [], fallback: 'Good day.' }) })
    expect(await answer(model, 'hello')).toBe('Good day.')
    await model.dispose()
  })
})

describe('the script', () => {
  const unwritten = join(tmpdir(), 'agent-never-written.gguf')
  const words = (...triggers: string[]) => ({
    replies: triggers.map((trigger) => ({ trigger, reply: `say ${trigger} now` })),
    fallback: none,
  })
  it.each([
    ['a trigger twice', words('a', 'a'), 'a word of its own'],
    ['an empty trigger', words(''), 'a word of its own'],
    ['an empty reply', { replies: [{ trigger: 'a', reply: '' }], fallback: none }, 'too short'],
    ['a short reply twice', { replies: [{ trigger: 'a', reply: 'qqq' }], fallback: 'qqq' }, 'too short'],
    ['too many replies', words(...Array.from({ length: 65 }, (_, index) => `w${index}`)), 'at most 64'],
  ])('may not have %s', (_name, bad, message) => {
    expect(() => makeScriptedMoe(bad, unwritten)).toThrow(message)
  })

  it('can be read from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-scripted-'))
    writeFileSync(join(folder, 'script.json'), JSON.stringify(script))
    execFileSync(process.execPath, [
      join(import.meta.dirname, '../../scripts/make-scripted-moe.ts'),
      join(folder, 'script.json'),
      join(folder, 'out.gguf'),
    ])
    expect(readFileSync(join(folder, 'out.gguf')).equals(readFileSync(scriptedMoe(script)))).toBe(true)
    rmSync(folder, { recursive: true })
  })
})
