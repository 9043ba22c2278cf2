import { AppError } from '../domain/errors.ts'
import type { AssistantMessage, Message, ToolCall, Usage } from '../domain/message.ts'
import type { Engine, Generation } from '../engine/engine.ts'
import { toToolSpec, type Tool, type ToolContext } from '../tools/tool.ts'
import { type Asked, createModel, type Model } from './ask-model.ts'
import { type Budget, DeadlineReached } from './budget.ts'
import { isObject } from './calls/is-object.ts'
import { isChanting } from './chanting.ts'
import { createConversation, type Conversation } from './conversation.ts'
import type { AgentEvent } from './event.ts'
import { createProgress, type Progress } from './progress.ts'
import { readTurn, type Turn } from './read-turn.ts'
import type { RequestedCall } from './requested-call.ts'
import { runCalls } from './run-calls.ts'
import { tellTruncated, tellUnreadable } from './tell-model.ts'

export interface AgentRequest {
  /** What to do. The first messages stay in every request, whatever else has to be left out. */
  messages: readonly Message[]
  /** What the model may use. A tool that is not here does not exist for it. */
  tools: readonly Tool[]
  maxSteps: number
  maxTokensPerStep: number
}

export interface AgentDependencies {
  engine: Engine
  tools: ToolContext
  budget: Budget
  seed: number
  /** Adds what a request took to the run's usage. */
  count(reply: { requests: number; usage: Usage; generation: Generation }): void
  emit(event: AgentEvent): void
}

export interface AgentOutcome {
  /** `done`: the model stopped asking. Everything else is a limit, and `reason` says which one in a sentence. */
  ending: 'done' | 'step-limit' | 'budget' | 'no-progress' | 'unreadable' | 'truncated'
  reason: string
  /** What the model said last. */
  text: string
  steps: number
  /** Every call that was made, in order. */
  calls: readonly { tool: string; isError: boolean }[]
  /** Everything that was said, in order and uncut; every call has its result. */
  messages: readonly Message[]
}

type Ending = Pick<AgentOutcome, 'ending' | 'reason'>

interface Run {
  request: AgentRequest
  deps: AgentDependencies
  model: Model
  conversation: Conversation
  progress: Progress
  calls: { tool: string; isError: boolean }[]
  steps: number
  text: string
  /** Answers in a row of each kind. */
  unreadable: number
  truncated: number
  /** The last answer looked like a call and may have been meant as it was. */
  doubted: boolean
}

/** Ask, run the tools asked for, ask again; until the model stops asking or a limit stops it. */
export async function runAgent(request: AgentRequest, deps: AgentDependencies): Promise<AgentOutcome> {
  const run = startRun(request, deps)
  const ending = await untilEnded(run)
  deps.emit({ type: 'agent-end', ...ending, steps: run.steps })
  return { ...ending, text: run.text, steps: run.steps, calls: run.calls, messages: run.conversation.transcript() }
}

function startRun(request: AgentRequest, deps: AgentDependencies): Run {
  const { tools, maxTokensPerStep } = request
  const { engine, budget, seed, count, emit } = deps
  const isReading = (name: string) => (tools.find((tool) => tool.name === name)?.effect ?? 'read') === 'read'
  const model = createModel({ engine, specs: tools.map(toToolSpec), isReading, maxTokens: maxTokensPerStep, seed, budget, count, emit })
  // Text never becomes a control token in the local engine; a server's tokenizer knows no such difference.
  const conversation = createConversation(request.messages, { defused: engine.kind === 'endpoint' })
  return {
    request,
    deps,
    model,
    conversation,
    progress: createProgress(),
    calls: [],
    steps: 0,
    text: '',
    unreadable: 0,
    truncated: 0,
    doubted: false,
  }
}

/** An interruption rejects; a deadline is an ending like the other limits. */
async function untilEnded(run: Run): Promise<Ending> {
  const { budget } = run.deps
  try {
    while (run.steps < run.request.maxSteps) {
      const spent = budget.exhausted()
      if (spent !== null) return overBudget(spent)
      const ending = await takeStep(run)
      if (ending) return ending
    }
    return await endAtStepLimit(run)
  } catch (error) {
    if (budget.signal.reason instanceof DeadlineReached) return overBudget(budget.signal.reason.message)
    budget.signal.throwIfAborted()
    throw error
  }
}

async function takeStep(run: Run): Promise<Ending | null> {
  const { conversation, deps, request } = run
  const step = ++run.steps
  deps.emit({ type: 'step-start', step })
  const { generation, mode, history } = await run.model.ask(conversation.history())
  conversation.replace(history)
  const turn = readTurn(generation, { mode, tools: request.tools, isQuoted: conversation.isQuoted })
  if (turn.text !== '') run.text = turn.text
  if (mode.kind === 'json' && turn.text !== '') deps.emit({ type: 'text-delta', text: turn.text })
  const ending = isChanting(turn.text) ? chanting() : await act(turn, run)
  deps.emit({ type: 'step-end', step })
  return ending
}

async function act(turn: Turn, run: Run): Promise<Ending | null> {
  const isFinal = turn.kind === 'done' || (turn.kind === 'unreadable' && turn.mayBeProse && run.doubted)
  run.doubted = turn.kind === 'unreadable' && turn.mayBeProse
  if (isFinal) {
    run.conversation.add(saying(turn.text))
    return { ending: 'done', reason: '' }
  }
  run.unreadable = turn.kind === 'unreadable' ? run.unreadable + 1 : 0
  run.truncated = turn.kind === 'truncated' ? run.truncated + 1 : 0
  if (turn.kind === 'unreadable') return reject(run, 'unreadable', tellUnreadable(turn, run.request.tools))
  if (turn.kind === 'truncated') return reject(run, 'truncated', tellTruncated(turn, run.request.maxTokensPerStep))
  return turn.kind === 'calls' ? await runTurn(turn, run) : null
}

const patience = { unreadable: 3, truncated: 2 }

/** Tells the model what was wrong with its answer, unless it has been told often enough. */
function reject(run: Run, reason: 'unreadable' | 'truncated', messages: readonly Message[]): Ending | null {
  run.conversation.add(...messages)
  if (run[reason] >= patience[reason]) return reason === 'unreadable' ? unreadable() : truncated(run.request.maxTokensPerStep)
  run.deps.emit({ type: 'answer-reject', step: run.steps, reason, message: messages.at(-1)?.text ?? '' })
  return null
}

async function runTurn({ text, calls: requested }: Extract<Turn, { kind: 'calls' }>, run: Run): Promise<Ending | null> {
  const { conversation, progress, calls: made, request, deps } = run
  const calls = conversation.identify(requested)
  conversation.add({ role: 'assistant', text, toolCalls: calls.map(shownCall) })
  const { tools: context, budget, emit } = deps
  const keep = (result: Message) => conversation.append(result)
  const ended = await runCalls(calls, { tools: request.tools, context, budget, progress, emit, made, keep })
  return ended === null ? null : { ending: ended, reason: 'The model made the same calls again and again, with the same results.' }
}

/** Servers refuse names of other characters, and templates break on input that is no object. */
const shownCall = ({ id, name, input }: RequestedCall): ToolCall => ({
  id,
  name: name.replaceAll(/[^\w-]/g, '_').slice(0, 64) || '_',
  input: isObject(input) ? input : {},
})

/** A good worker says how far it came. What the last word costs is small, and without it the run ends all the same. */
async function endAtStepLimit(run: Run): Promise<Ending> {
  const ending: Ending = { ending: 'step-limit', reason: `It was not done after ${run.request.maxSteps} steps.` }
  if (run.steps === 0 || run.deps.budget.exhausted() !== null) return ending
  run.conversation.add({ role: 'user', text: lastWord })
  const asked = await run.model.ask(run.conversation.history(), { closing: true }).catch((error: unknown): Asked | null => {
    run.deps.budget.signal.throwIfAborted()
    if (error instanceof AppError) return null
    throw error
  })
  const turn = asked && readTurn(asked.generation, { mode: asked.mode, tools: [], isQuoted: () => true })
  if (turn && turn.text !== '' && turn.kind !== 'calls') {
    run.text = turn.text
    run.conversation.add(saying(turn.text))
  }
  return ending
}

const lastWord =
  'You have no steps left, and no tool can be called any more. Say in a few sentences what you did, what you found, and what is still to be done.'

const saying = (text: string): AssistantMessage => ({ role: 'assistant', text, toolCalls: [] })
const overBudget = (spent: string): Ending => ({ ending: 'budget', reason: `It was not done when ${spent}.` })
const chanting = (): Ending => ({ ending: 'no-progress', reason: 'The model said the same words again and again.' })
const unreadable = (): Ending => ({ ending: 'unreadable', reason: 'Three answers of the model in a row could not be read.' })
const truncated = (limit: number): Ending => ({
  ending: 'truncated',
  reason: `Two answers of the model in a row were cut off at ${limit} tokens.`,
})
