// A llama-server for the tests: real process, real port, real log; only the model behind it is made up. Its folder says how it behaves, and keeps what it was told.
import { appendFileSync, readFileSync } from 'node:fs'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { type ScriptedReply, startScriptedServer } from '../../helpers/scripted-server.ts'
import type { Behaviour, Start } from './fake-server.ts'

const [self = '', ...args] = process.argv.slice(2)
const folder = dirname(self)
const behaviour = JSON.parse(readFileSync(join(folder, 'behaviour.json'), 'utf8')) as Behaviour
const log = (line: string) => process.stderr.write(`0.00.001.000 I srv  llama_server: ${line}\n`)
const valueOf = (flag: string) => args[args.indexOf(flag) + 1] ?? ''

await run()

async function run() {
  const before = readFileSync(join(folder, 'starts.jsonl'), 'utf8').split('\n').length - 1
  appendFileSync(join(folder, 'starts.jsonl'), `${JSON.stringify({ pid: process.pid, args, environment: process.env } satisfies Start)}\n`)
  const mood = behaviour.moods[Math.min(before, behaviour.moods.length - 1)] ?? {}
  if (mood.garbage) for (let index = 0; index < 40; index++) process.stdout.write(Buffer.alloc(65_536, index * 7))
  if (mood.failsToLoad) {
    log('loading model')
    process.stderr.write(`0.00.002.000 E llama_model_load: ${mood.failsToLoad}\n`)
    process.exitCode = 1
    return
  }
  if (mood.takenPort && valueOf('--port') !== '0') {
    process.stderr.write(`0.00.002.000 E srv  start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: ${valueOf('--port')}\n`)
    process.exitCode = 1
    return
  }
  const wantsPort = mood.hidesPort ? Number(valueOf('--port')) : 0
  if (mood.neverListens) await delay(600_000)

  const scripted = await startScriptedServer({
    apiKey: process.env.LLAMA_API_KEY ?? '',
    cachedTokens: 1,
    ...(mood.mode && { mode: mood.mode }),
    answer: (request): ScriptedReply => {
      if (request.response_format)
        return { text: JSON.stringify({ verdict: 'some', items: [{ quote: 'if (größe)', line: 17, note: null }] }) }
      const last = request.messages.at(-1)
      if (request.tools && last?.role === 'user' && (request.max_tokens ?? 0) > 10)
        return { toolCalls: [{ name: 'look_up', input: { word: 'quince' } }] }
      return { text: Array.from({ length: 40 }, (_, index) => index + 1).join(', ') }
    },
  })
  const readyAt = performance.now() + (mood.loadMs ?? 0)
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy())
  })

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    if (path === '/health') return json(response, mood.health ?? (performance.now() < readyAt ? 503 : 200), {})
    if (request.headers.authorization !== `Bearer ${process.env.LLAMA_API_KEY}`) return json(response, 401, {})
    if (path === '/props' && mood.breaksProps) return void request.destroy()
    if (path === '/props') return json(response, 200, behaviour.props)
    if (path === '/tokenize')
      return json(response, 200, { tokens: tokensOf((JSON.parse(await readText(request)) as { content: string }).content) })
    if (path === '/v1/chat/completions/input_tokens') {
      if (behaviour.isOld) return json(response, 404, {})
      return json(response, 200, { input_tokens: tokensOf(await readText(request)).length })
    }
    if (mood.crashesOnChat) process.kill(process.pid, 'SIGSEGV')
    if (mood.hangsOnChat) process.kill(process.pid, 'SIGSTOP')
    const { port } = new URL(scripted.baseUrl)
    const onward = forward({ port, host: '127.0.0.1', path, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    response.on('close', () => onward.destroy())
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }

  await new Promise<void>((resolve) => server.listen(wantsPort, '127.0.0.1', resolve))
  await delay(mood.listenMs ?? 0)
  const shown = mood.hidesPort && valueOf('--port') === '0' ? 0 : (server.address() as AddressInfo).port
  log(`listening on http://127.0.0.1:${shown}`)
}

function json(response: ServerResponse, status: number, value: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function tokensOf(text: string): string[] {
  return text.match(/\w+|[^\w\s]/g) ?? []
}
