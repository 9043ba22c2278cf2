import type { Message } from '../domain/message.ts'
import { defuseMessage } from './defuse.ts'
import type { History, Step } from './history.ts'
import type { RequestedCall } from './requested-call.ts'

/** What was said so far: all of it, and the part that still goes to the model. */
export interface Conversation {
  history(): History
  /** Takes the shorter history that fitted. */
  replace(history: History): void
  /** Begins a step. */
  add(...messages: readonly Message[]): void
  /** Adds a result to the last step. */
  append(message: Message): void
  transcript(): readonly Message[]
  /** The calls with ids that no other call of the run has. */
  identify(calls: readonly RequestedCall[]): RequestedCall[]
  /** Whether a text stands in a result, white space aside. */
  isQuoted(text: string): boolean
}

/** A text as short as this stands in many results by chance. */
const shortestQuotation = 20

/** With `defused`, what came from tools or from the model has no mark that a server would take for the end of a message. */
export function createConversation(task: readonly Message[], { defused }: { defused: boolean }): Conversation {
  let history: History = { task, digest: null, steps: [] }
  const transcript: Message[] = [...task]
  const heard: { text: string; squeezed: string | null }[] = []
  const ids = new Set<string>()
  const forEngine = (message: Message) => (defused ? defuseMessage(message) : message)
  const setSteps = (steps: readonly Step[]) => {
    history = { ...history, steps }
  }

  const freshId = (wanted: string): string => {
    let id = wanted
    // Nine letters and digits, because Mistral's template takes nothing else.
    for (let number = ids.size; id === '' || ids.has(id); number++) id = `call${String(number).padStart(5, '0')}`
    ids.add(id)
    return id
  }

  return {
    history: () => history,
    replace: (fitted) => {
      history = fitted
    },
    add(...messages) {
      transcript.push(...messages)
      setSteps([...history.steps, messages.map(forEngine)])
    },
    append(message) {
      transcript.push(message)
      if (message.role === 'tool') heard.push({ text: message.text, squeezed: null })
      const last = history.steps.at(-1) ?? []
      setSteps([...history.steps.slice(0, -1), [...last, forEngine(message)]])
    },
    transcript: () => transcript,
    identify: (calls) => calls.map((call) => ({ ...call, id: freshId(call.id) })),
    isQuoted(text) {
      const wanted = squeeze(text)
      if (wanted.length < shortestQuotation) return false
      return heard.some((result) => (result.squeezed ??= squeeze(result.text)).includes(wanted))
    },
  }
}

const squeeze = (text: string): string => text.replaceAll(/\s+/g, '')
