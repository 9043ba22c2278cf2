import { AppError } from '../domain/errors.ts'
import type { Message } from '../domain/message.ts'
import type { CallMode } from './call-mode.ts'
import { digestOf, withNotes } from './digest.ts'
import type { Digest, History, Step } from './history.ts'
import { clipLongest, isLong, shortenStep } from './shorten-results.ts'
import type { TokenCounter } from './token-counter.ts'

export interface Window {
  counter: TokenCounter
  mode: CallMode
  /** Tokens that a prompt may have. */
  room: number
  isReading(tool: string): boolean
  /** A few sentences on steps that are left out; null where there are none to be had. */
  summarise(steps: readonly Step[]): Promise<string | null>
}

export interface Fitted {
  history: History
  /** What was done to it, for whoever watches. */
  shortened: number
  leftOut: number
  summarised: boolean
}

/** A history that was too long is made a good deal shorter, so that not every step has to, and each keeps what the engine has evaluated already. */
const target = 0.6
/** The last steps stay as they are, as long as there is room for them. */
const keptSteps = 4
/** How many of the last steps are kept in which share of the room; the first that works is taken. */
const attempts = [
  { kept: keptSteps, share: target },
  { kept: 2, share: target },
  { kept: 2, share: 1 },
  { kept: 1, share: 1 },
  { kept: 0, share: 1 },
]

/**
 * Makes a history fit: old results become one line each, then the steps in the middle become a record, then the last results are cut. The task
 * stays. Throws `ENGINE_OUT_OF_CONTEXT` when the task alone is too long.
 */
export async function fitWindow(history: History, window: Window): Promise<Fitted> {
  const size = (one: History) => window.counter.size(one, window.mode)
  const asIs = { history, shortened: 0, leftOut: 0, summarised: false }
  if ((await size(history)) <= window.room) return asIs

  const shortened = await shortenOld(history, window)
  if ((await size(shortened.history)) <= window.room) return { ...asIs, ...shortened }

  for (const { kept, share } of attempts) {
    if (kept > 1 && history.steps.length <= kept) continue
    const folded = await leaveOut(shortened.history, kept, { ...window, room: window.room * share })
    if (!folded) continue
    const steps = history.steps.slice(0, history.steps.length - kept)
    const noted = steps.length === 0 ? null : await takeNotes(folded, steps, window)
    return { ...shortened, history: noted ?? folded, leftOut: steps.length, summarised: noted !== null }
  }
  throw await tooLong(history, window)
}

async function shortenOld(history: History, { counter, mode, room }: Window): Promise<{ history: History; shortened: number }> {
  const steps = [...history.steps]
  let [tokens, shortened] = [await counter.size(history, mode), 0]
  for (let index = 0; index < steps.length - keptSteps && tokens > room * target; index++) {
    const step = steps[index] ?? []
    if (!step.some(isLong)) continue
    const short = shortenStep(step)
    tokens += (await sizeOf(short, { counter, mode })) - (await sizeOf(step, { counter, mode }))
    steps[index] = short
    shortened++
  }
  return { history: { ...history, steps }, shortened }
}

async function sizeOf(step: Step, { counter, mode }: Pick<Window, 'counter' | 'mode'>): Promise<number> {
  let tokens = 0
  for (const message of step) tokens += await counter.message(mode.render(message))
  return tokens
}

/** All but the last steps as a record; where it is still too long, with fewer lines, and then with less of the last results. */
async function leaveOut(history: History, kept: number, { counter, mode, room, isReading }: Window): Promise<History | null> {
  const at = history.steps.length - kept
  const left = history.steps.slice(0, at)
  let steps = history.steps.slice(at)
  let last: History = history
  for (const share of [1, 0.25, 0]) {
    const digest = left.length === 0 ? history.digest : digestOf(history.digest, left, { isReading, share })
    last = { task: history.task, digest, steps }
    if ((await counter.size(last, mode)) <= room) return last
  }
  // Cutting what the model waits for is for when nothing else can be left out.
  if (kept !== 1) return null
  for (let cut = clipLongest(steps); cut; cut = clipLongest(steps)) {
    steps = cut
    if ((await counter.size({ ...last, steps }, mode)) <= room) return { ...last, steps }
  }
  return null
}

async function takeNotes(history: History, steps: readonly Step[], window: Window): Promise<History | null> {
  const { digest } = history
  if (!digest) return null
  const notes = await window.summarise(digest.notes === '' ? steps : [[noteMessage(digest)], ...steps])
  if (notes === null) return null
  const noted = { ...history, digest: withNotes({ ...digest, notes }, 1) }
  return (await window.counter.size(noted, window.mode)) <= window.room ? noted : null
}

const noteMessage = ({ notes }: Digest): Message => ({ role: 'user', text: `Notes on what came before:\n${notes}` })

async function tooLong({ task }: History, { counter, mode, room }: Window): Promise<AppError> {
  const tokens = await counter.size({ task, digest: null, steps: [] }, mode)
  return new AppError(
    'ENGINE_OUT_OF_CONTEXT',
    `The task and the tools have ${tokens} tokens, but the model's context has room for ${room} beside the answer.`,
    { hint: 'Say the task in fewer words, allow fewer tools, or set engine.context to more where the model and the memory allow it.' },
  )
}
