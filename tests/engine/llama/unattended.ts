// A program that uses the local engine and never closes it. Usage: node unattended.ts <model.gguf> once|forever
import { localHandle } from '../../../src/engine/llama/local-engine.ts'
import { localOptions } from './local-options.ts'

const [path, mode] = process.argv.slice(2)
const engine = await localHandle(localOptions(path!)).open(new AbortController().signal)
do {
  const { message } = await engine.generate({
    messages: [{ role: 'user', text: 'hello' }],
    tools: [],
    maxTokens: 200,
    seed: 1,
    signal: new AbortController().signal,
  })
  process.stdout.write(`${JSON.stringify(message.text)}\n`)
} while (mode === 'forever')
