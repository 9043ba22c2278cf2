import type { Message } from '../domain/message.ts'
import { estimateTokens } from '../domain/tokens.ts'
import { aroundEngine } from './around-engine.ts'
import type { Engine, GenerateRequest, Generation, TokenProbability } from './engine.ts'
import { createPlaceholders, openPlaceholder, replaceSpans, type Hidden, type SecretSpan } from './placeholders.ts'

export type FindSecrets = (text: string) => Promise<readonly Readonly<SecretSpan>[]>

type Find = Hidden['find']
type Restore = (text: string) => string

/** An engine that never sees a secret: in what is sent each has a placeholder, and in what comes back they are put in again. */
export function redactingEngine(engine: Engine, findSecrets: FindSecrets): Engine {
  const placeholders = createPlaceholders()
  let turn: Promise<unknown> = Promise.resolve()

  const hide = async (messages: readonly Message[]) => {
    const found = await Promise.all(messages.flatMap(stringsOf).map(async (text) => ({ text, spans: await findSecrets(text) })))
    const { texts, find } = placeholders.hide(found)
    let next = 0
    return { find, messages: messages.map((message) => mapMessage(message, (text) => texts[next++] ?? text)) }
  }

  return aroundEngine(() => engine, {
    get notices() {
      return placeholders.count === 0 ? engine.notices : [...engine.notices, secretsNotice(placeholders.count)]
    },
    // A server may count them itself, and is not shown a secret for that.
    countTokens: async (text: string) => ((await findSecrets(text)).length > 0 ? estimateTokens(text) : engine.countTokens(text)),
    close: () => engine.close(),
    async generate(request: GenerateRequest) {
      request.signal.throwIfAborted()
      // In the order of the calls, so that the same run gives the same names.
      const mine = turn.then(() => hide(request.messages))
      turn = mine.catch(() => undefined)
      const { messages, find } = await mine
      request.signal.throwIfAborted()
      return await ask(engine, { ...request, messages }, find)
    },
  })
}

async function ask(engine: Engine, { onText, ...request }: GenerateRequest, find: Find): Promise<Generation> {
  const asIs: Restore = (text) => replaceSpans(text, find(text), ({ secret }) => secret)
  // In an answer by schema the secret stands within a JSON string.
  const inJson: Restore = (text) => replaceSpans(text, find(text), ({ secret }) => JSON.stringify(secret).slice(1, -1))
  const restore = request.outputSchema === undefined ? asIs : inJson
  const stream = onText === undefined ? null : restoredStream(onText, restore)
  const generation = await engine.generate(stream === null ? request : { ...request, onText: stream.add })
  stream?.end()
  const { message, tokens, thought } = generation
  return {
    ...generation,
    ...(thought === undefined ? {} : { thought: asIs(thought) }),
    message: {
      role: 'assistant',
      text: restore(message.text),
      toolCalls: message.toolCalls.map((call) => ({ ...call, input: mapStrings(call.input, asIs) })),
    },
    ...(tokens === undefined ? {} : { tokens: restoreTokens(tokens, find(message.text), restore) }),
  }
}

/** Holds back what may be the beginning of a placeholder until it is known. */
function restoredStream(onText: (delta: string) => void, restore: Restore) {
  let held = ''
  const pass = (text: string) => {
    if (text !== '') onText(restore(text))
  }
  return {
    add(this: void, delta: string) {
      const text = held + delta
      const safe = openPlaceholder.exec(text)?.index ?? text.length
      held = text.slice(safe)
      pass(text.slice(0, safe))
    },
    end() {
      pass(held)
      held = ''
    },
  }
}

/** Joins the tokens that make up a placeholder, so that the tokens still make up the text. */
function restoreTokens(tokens: readonly TokenProbability[], spans: ReturnType<Find>, restore: Restore): TokenProbability[] {
  const result: TokenProbability[] = []
  let [at, open] = [0, { text: '', logprob: 0 }]
  for (const { text, logprob } of tokens) {
    at += text.length
    open = { text: open.text + text, logprob: open.logprob + logprob }
    if (spans.some((span) => span.start < at && at < span.end)) continue
    result.push({ text: restore(open.text), logprob: open.logprob })
    open = { text: '', logprob: 0 }
  }
  return result
}

function mapMessage(message: Message, change: (text: string) => string): Message {
  const changed = { ...message, text: change(message.text) }
  if (changed.role !== 'assistant') return changed
  return { ...changed, toolCalls: changed.toolCalls.map((call) => ({ ...call, input: mapStrings(call.input, change) })) }
}

/** The strings of a message, in the order in which `mapMessage` visits them. */
function stringsOf(message: Message): string[] {
  const strings: string[] = []
  mapMessage(message, (text) => {
    strings.push(text)
    return text
  })
  return strings
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]))
}

function secretsNotice(count: number): Engine['notices'][number] {
  return {
    code: 'SECRETS_REPLACED',
    message: `${count} ${count === 1 ? 'secret was' : 'secrets were'} replaced by placeholders before text was sent to the endpoint.`,
    hint: 'Take secrets out of the code, and revoke those that were ever committed.',
  }
}
