import type { Message, ToolCall } from '../domain/message.ts'
import type { Tool, ToolContext } from '../tools/tool.ts'
import type { Budget } from './budget.ts'
import type { AgentEvent } from './event.ts'
import type { Progress } from './progress.ts'
import type { RequestedCall } from './requested-call.ts'
import { runTool } from './run-tool.ts'

export interface CallsContext {
  tools: readonly Tool[]
  context: ToolContext
  budget: Budget
  progress: Progress
  emit(event: AgentEvent): void
  /** Every call that was made, in order. */
  made: { tool: string; isError: boolean }[]
  /** Takes a result as soon as it is there; every call gets exactly one, whatever happens. */
  keep(result: Extract<Message, { role: 'tool' }>): void
}

/** Runs the calls of one answer in their order. Returns why nothing more should be run, or null. */
export async function runCalls(calls: readonly RequestedCall[], run: CallsContext): Promise<'no-progress' | null> {
  const left = [...calls]
  try {
    for (let call = left[0]; call; call = left[0]) {
      const spent = run.budget.exhausted()
      const judgement = spent === null ? run.progress.judge(call) : 'run'
      if (judgement === 'stop') {
        skipAll(left, 'it was made before with the same result, several times', run)
        return 'no-progress'
      }
      if (spent !== null) skip(call, spent, run)
      else if (judgement === 'refuse')
        skip(call, 'it was made three times with the same result. Do something else, or say that you are done', run)
      else await make(call, run)
      left.shift()
    }
    return null
  } catch (error) {
    skipAll(left, 'the run was interrupted', run)
    throw error
  }
}

async function make(call: RequestedCall, { tools, context, progress, emit, made, keep }: CallsContext): Promise<void> {
  const shown = shownCall(call)
  emit({ type: 'tool-start', call: shown })
  const { text, data, isError } = await runTool(call, tools, context)
  const effect = tools.find(({ name }) => name === call.name)?.effect ?? 'read'
  const nudge = progress.note(call, { text, isError, effect })
  const told = nudge === null ? text : `${text}\n\n(${nudge})`
  made.push({ tool: call.name, isError })
  keep({ role: 'tool', callId: call.id, text: told, isError })
  emit({ type: 'tool-end', call: shown, text: told, isError, ...(data === undefined ? {} : { data }) })
}

function skipAll(calls: readonly RequestedCall[], reason: string, run: CallsContext): void {
  for (const call of calls) skip(call, reason, run)
}

function skip(call: RequestedCall, reason: string, { emit, keep }: CallsContext): void {
  const text = `Not run: ${reason}.`
  keep({ role: 'tool', callId: call.id, text, isError: true })
  emit({ type: 'tool-skip', call: shownCall(call), text })
}

const shownCall = ({ id, name, input }: RequestedCall): ToolCall => ({ id, name, input })
