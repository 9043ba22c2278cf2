import { DeadlineReached } from '../../agent/budget.ts'
import type { AgentEvent } from '../../agent/event.ts'
import { type AgentOutcome, runAgent } from '../../agent/run-agent.ts'
import { AppError } from '../../domain/errors.ts'
import type { Message } from '../../domain/message.ts'
import type { RunResult } from '../../domain/result.ts'
import type { Engine } from '../../engine/engine.ts'
import { createOutputs } from '../../tools/outputs.ts'
import { toolsFor } from '../../tools/registry.ts'
import { createSeenFiles } from '../../tools/seen-files.ts'
import type { Effect, ToolContext } from '../../tools/tool.ts'
import { openInstalledPackages } from '../../workspace/installed-packages.ts'
import type { CopyChanges } from '../../workspace/transaction.ts'
import { requireEngine } from '../require-engine.ts'
import type { Task, TaskContext } from '../task.ts'
import { type VerifiedChange, verify } from '../verify/verify.ts'
import { openWorkbench, type Workbench } from '../verify/workbench.ts'
import { conclude } from './conclude.ts'
import { firstMessages, repairMessages } from './messages.ts'

export interface RunRequest {
  /** What to do, in the user's words. */
  instruction: string
  /** What the model may do. Nothing in any text can widen it. */
  allow: readonly Effect[]
  /** Turns of the model. */
  maxSteps: number
  /** False: the patch is the result, and the tree stays as it is. */
  apply: boolean
  /** Commits what was applied. */
  commit: boolean
  /** Milliseconds that one command may take. */
  commandTimeout: number
  /** The project's own test command, for code whose tests no adapter finds. */
  testCommand: string | null
  /** Given the patch byte for byte, before anything is applied. */
  keepPatch?(patch: Buffer): void
}

export type Ending = RunResult['ending']

/** What the model did, what became of the copy, and what linters and tests say about it. */
export interface Worked {
  outcome: Pick<AgentOutcome, 'reason' | 'text' | 'steps' | 'calls'> & { ending: Ending }
  /** What ended a run that had changed something already. */
  failure?: AppError
  changes: CopyChanges
  /** Null: nothing was changed, or nothing that could be kept. */
  verified: VerifiedChange | null
}

/** Of the window; what a model writes in one turn is rarely more than a file. */
const maxTokensPerStep = (contextTokens: number) => Math.min(4096, Math.floor(contextTokens / 4))
/** How often the model sees what its changes broke. */
const repairs = 2

/** A free task with tools, on a copy. What comes out is a patch that linters and tests have seen, applied to the user's tree, or nothing. */
export const run: Task<RunRequest> = {
  name: 'run',
  summary: 'Do a task with tools, on an isolated copy.',

  async run(request, context) {
    const { workshop, workspace, budget } = context
    const engine = await requireEngine(context)
    const bench = await openWorkbench({ workshop, userRoot: workspace.root, signal: budget.signal })
    try {
      // Found out before a minute of model time is spent.
      if (request.allow.includes('execute')) await bench.open()
      else if (request.allow.includes('write')) warnWithoutSandbox(bench, context)
      const worked = await work(request, { engine, bench, context })
      return await conclude(worked, { request, bench, context })
    } finally {
      for (const notice of engine.notices) context.notice(notice)
      await bench.close()
    }
  },
}

/** Without one, nothing that has linters or tests is applied. The model need not wait until that is known. */
function warnWithoutSandbox(bench: Workbench, { emit }: TaskContext): void {
  bench.open().catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'SANDBOX_UNAVAILABLE') return
    emit({
      type: 'notice',
      code: error.code,
      message: `What has linters or tests cannot be checked, and will not be applied. ${error.message}`,
      hint: error.hint ?? '',
    })
  })
}

interface Work {
  engine: Engine
  bench: Workbench
  context: TaskContext
}

/** Lets the model work, looks at what came out, and shows it what it broke. */
async function work(request: RunRequest, { engine, bench, context }: Work): Promise<Worked> {
  const { transaction } = bench
  const { budget } = context
  const start = await transaction.snapshot()
  const task = firstMessages(request, await transaction.checkout.list())
  const tools = await toolContextFor(request, { engine, bench, context })
  let messages = task
  let steps = request.maxSteps
  const calls: AgentOutcome['calls'][number][] = []
  for (let attempt = 0; ; attempt++) {
    const { failure, ...outcome } = await letWork({ messages, steps, allow: request.allow }, { engine, bench, context, tools })
    steps -= outcome.steps
    calls.push(...outcome.calls)
    const changes = await transaction.changes()
    const whole = { ...outcome, calls, steps: request.maxSteps - steps }
    if (outcome.ending !== 'done' || changes.files.length === 0 || changes.refused.length > 0)
      return { outcome: whole, changes, verified: null, ...(failure && { failure }) }
    const { testCommand, commandTimeout } = request
    const verified = await inTime(
      verify({ start, files: changes.files, testCommand, commandTimeout, signal: budget.signal }, bench),
      budget,
    )
    if ('late' in verified) return { outcome: { ...whole, ending: 'budget', reason: verified.late }, changes, verified: null }
    if (verified.verdict !== 'failed' || attempt === repairs || steps <= 0) return { outcome: whole, changes, verified }
    messages = [...task, ...repairMessages(outcome.text, verified)]
  }
}

interface Attempt {
  messages: readonly Message[]
  steps: number
  allow: RunRequest['allow']
}

/** One turn of the loop. What was changed before the engine failed is worth keeping. */
async function letWork(
  { messages, steps, allow }: Attempt,
  { engine, bench, context, tools }: Work & { tools: ToolContext },
): Promise<Worked['outcome'] & Pick<Worked, 'failure'>> {
  const { budget, seed, count, emit } = context
  const calls: AgentOutcome['calls'][number][] = []
  let taken = 0
  const note = (event: AgentEvent) => {
    if (event.type === 'step-start') taken = event.step
    if (event.type === 'tool-end') calls.push({ tool: event.call.name, isError: event.isError })
    emit(event)
  }
  try {
    const maxTokens = maxTokensPerStep(engine.contextTokens)
    return await runAgent(
      { messages, tools: toolsFor(allow), maxSteps: steps, maxTokensPerStep: maxTokens },
      { engine, tools, budget, seed, count, emit: note },
    )
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const changes = await bench.transaction.changes().catch(() => null)
    if (!changes?.files.length) throw error
    return { ending: 'failed', reason: error.message, text: '', steps: taken, calls, failure: error }
  }
}

/** A deadline during the check is an ending like any other. */
async function inTime(checking: Promise<VerifiedChange>, { signal }: TaskContext['budget']): Promise<VerifiedChange | { late: string }> {
  try {
    return await checking
  } catch (error) {
    if (signal.reason instanceof DeadlineReached) return { late: `It could not be checked before ${signal.reason.message}.` }
    throw error
  }
}

async function toolContextFor({ allow, commandTimeout, testCommand }: RunRequest, { engine, bench, context }: Work): Promise<ToolContext> {
  const { checkout } = bench.transaction
  return {
    checkout,
    run: bench.run,
    ...(allow.includes('execute') && { mountedAt: (await bench.open()).mountedAt }),
    project: bench.project,
    packages: openInstalledPackages(context.workspace.root),
    ...(testCommand !== null && { testCommand: ['sh', '-c', testCommand] }),
    commandTimeout,
    seen: createSeenFiles(),
    // Of the window, results of tools may fill a third.
    outputs: createOutputs({ maxCharacters: Math.min(10_000, Math.floor(engine.contextTokens * 0.36)) }),
    signal: context.budget.signal,
  }
}
