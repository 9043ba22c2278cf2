import { createHash } from 'node:crypto'
import type { Reply } from '../../agent/ask.ts'
import { DeadlineReached } from '../../agent/budget.ts'
import { AppError } from '../../domain/errors.ts'
import type { Message } from '../../domain/message.ts'
import type { Engine, JsonSchema } from '../../engine/engine.ts'
import { askInBudget } from '../ask-in-budget.ts'
import type { TaskContext } from '../task.ts'
import { type Answer, answerSchemaFor, type Claim, maxClaims, readAnswer } from './answer.ts'
import type { Category } from './categories.ts'
import { confidencesOf } from './confidence.ts'
import type { Unit } from './plan.ts'

export type UnitOutcome = { unit: Unit } & (
  | { status: 'seen'; claims: readonly (Claim & { confidence: number | null })[]; malformed: number }
  | { status: 'unseen'; reason: string; error: AppError | null }
)

type Seen = Pick<Extract<UnitOutcome, { status: 'seen' }>, 'claims' | 'malformed'>

interface AskOptions {
  /** What may be reported about a path. */
  categoriesFor(path: string): readonly Category[]
  /** Findings that the configuration of a path lets through per unit. */
  maxFindings(path: string): number
  messagesFor(unit: Unit): readonly Message[]
  /** Called once: when the first request is on its way, or when there will be none. */
  onFirstRequest(): void
}

/** Tokens that an answer may have: five full claims and the JSON around them. */
const answerTokens = 1200
/** Failures in a row after which an engine is not asked any more. */
const patience = 2

/** Puts each unit before the model, riskiest first; what is in the cache is not asked again. An engine that fails is an outcome, not an exception. */
export async function askUnits(units: readonly Unit[], options: AskOptions, context: TaskContext): Promise<UnitOutcome[]> {
  // What an unnamed model answered may only be recalled for the same model, so its name has to be known first.
  const early = context.engine?.model === null && units.length > 0 ? await openEngine(context) : null
  const questions = early instanceof AppError ? [] : units.map((unit) => questionFor(unit, options, context))
  if (early instanceof AppError) return units.map((unit) => unseen(unit, early.message, early))
  const cached = await Promise.all(questions.map(({ unit, key }) => fromCache(unit, key, context)))
  const open = questions.filter((_, index) => cached[index] === null)
  context.emit({ type: 'plan-ready', units: units.length, cached: units.length - open.length })
  const asked = open.length === 0 ? new Map<string, UnitOutcome>() : await askAll(open, options, context)
  return questions.map(({ unit }, index) => cached[index] ?? asked.get(unit.id) ?? unseen(unit, 'not asked'))
}

interface UnitQuestion {
  unit: Unit
  messages: readonly Message[]
  schema: JsonSchema
  key: string
}

function questionFor(
  unit: Unit,
  { categoriesFor, maxFindings, messagesFor }: AskOptions,
  { engine, seed, toolVersion }: TaskContext,
): UnitQuestion {
  const messages = messagesFor(unit)
  const schema = answerSchemaFor({
    lines: unit.anchors.map(({ line }) => line),
    categories: categoriesFor(unit.path),
    maxClaims: Math.min(maxClaims, maxFindings(unit.path)),
  })
  const parts = [toolVersion, engine?.kind, engine?.model, engine?.digest, engine?.place, seed, answerTokens, messages, schema]
  return { unit, messages, schema, key: createHash('sha256').update(JSON.stringify(parts)).digest('hex') }
}

async function fromCache(unit: Unit, key: string, { cache, usage, emit }: TaskContext): Promise<UnitOutcome | null> {
  const value = await cache?.recall(key)
  if (value === undefined) return null
  usage.cacheHits++
  emit({ type: 'unit-end', unit: unit.id, path: unit.path, outcome: 'cached', outputTokens: 0, durationMs: 0 })
  return { unit, status: 'seen', ...(JSON.parse(value) as Seen) }
}

async function askAll(questions: readonly UnitQuestion[], options: AskOptions, context: TaskContext): Promise<Map<string, UnitOutcome>> {
  const outcomes = new Map<string, UnitOutcome>()
  const opened = await openEngine(context)
  if (opened instanceof AppError) {
    for (const { unit } of questions) outcomes.set(unit.id, unseen(unit, opened.message, opened))
    return outcomes
  }
  const queue = [...questions]
  const health = { failures: 0, last: null as AppError | null }
  const worker = async () => {
    for (let question = queue.shift(); question; question = queue.shift()) {
      const outcome = await askOne(question, { engine: opened, health, options, context })
      outcomes.set(question.unit.id, outcome)
    }
  }
  const workers = Math.max(1, Math.min(context.jobs ?? opened.parallel, queue.length))
  try {
    await Promise.all(Array.from({ length: workers }, worker))
  } finally {
    for (const notice of opened.notices) context.notice(notice)
  }
  return outcomes
}

async function openEngine({ engine, budget, signal, emit }: TaskContext): Promise<Engine | AppError> {
  if (!engine) return new AppError('MODEL_MISSING', 'There is no model.')
  try {
    emit({ type: 'engine-open', kind: engine.kind, model: engine.model ?? 'the model' })
    return await engine.open(budget.signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) return error
    if (budget.exhausted()) return new AppError('ENGINE_TIMEOUT', `The engine was not ready when ${budget.exhausted()}.`)
    throw error
  }
}

interface AskOneDependencies {
  engine: Engine
  health: { failures: number; last: AppError | null }
  options: AskOptions
  context: TaskContext
}

async function askOne(
  { unit, messages, schema, key }: UnitQuestion,
  { engine, health, options, context }: AskOneDependencies,
): Promise<UnitOutcome> {
  const { budget, signal, emit } = context
  const spent = budget.exhausted()
  if (spent) return unseen(unit, spent)
  if (health.failures >= patience && health.last) return unseen(unit, health.last.message, health.last)
  const startedAt = performance.now()
  emit({ type: 'unit-start', unit: unit.id, path: unit.path })
  let outputTokens = 0
  let outcome: UnitOutcome
  try {
    const asking = askInBudget({ messages, schema, read: readAnswer, maxTokens: answerTokens }, { engine, context })
    options.onFirstRequest()
    const reply = await asking
    outputTokens = reply.usage.outputTokens
    health.failures = 0
    outcome = outcomeOf(unit, reply)
    if (outcome.status === 'seen')
      await context.cache?.remember(key, JSON.stringify({ claims: outcome.claims, malformed: outcome.malformed }))
  } catch (error) {
    signal.throwIfAborted()
    outcome = failed(unit, error, health)
  }
  emit({
    type: 'unit-end',
    unit: unit.id,
    path: unit.path,
    outcome: outcome.status === 'seen' ? 'answered' : 'unseen',
    outputTokens,
    durationMs: performance.now() - startedAt,
  })
  return outcome
}

function outcomeOf(unit: Unit, reply: Reply<Answer>): UnitOutcome {
  if (reply.status === 'unreadable') return unseen(unit, 'the model gave no answer that could be read')
  if (reply.status === 'truncated') return unseen(unit, `the answer was cut off at ${answerTokens} tokens`)
  const { claims, malformed } = reply.answer
  const confidences = confidencesOf(reply.generation.tokens, claims.length)
  return { unit, status: 'seen', malformed, claims: claims.map((claim, index) => ({ ...claim, confidence: confidences[index] ?? null })) }
}

function failed(unit: Unit, error: unknown, health: AskOneDependencies['health']): UnitOutcome {
  if (error instanceof DeadlineReached) return unseen(unit, error.message)
  if (!(error instanceof AppError)) throw error
  // An overlong prompt says nothing about the next unit; a server that is gone or refuses us is gone for all.
  if (error.code !== 'ENGINE_OUT_OF_CONTEXT') {
    health.failures += error.code === 'ENGINE_UNREACHABLE' || error.code === 'ENGINE_REFUSED' ? patience : 1
    health.last = error
  }
  return unseen(unit, error.message, error)
}

const unseen = (unit: Unit, reason: string, error: AppError | null = null): UnitOutcome => ({ unit, status: 'unseen', reason, error })
