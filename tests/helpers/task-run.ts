import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createWorkshop } from '../../src/commands/workshop.ts'
import type { ToolCall } from '../../src/domain/message.ts'
import type { Report } from '../../src/domain/report.ts'
import type { EngineHandle, Generation } from '../../src/engine/engine.ts'
import type { Memory } from '../../src/memory/memory.ts'
import { runTask } from '../../src/runtime.ts'
import type { Task, Workshop } from '../../src/tasks/task.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import type { SandboxOptions } from '../../src/workspace/sandbox.ts'
import type { TemporaryRepository } from './git-repository.ts'

interface TaskRunOptions {
  engine: EngineHandle | null
  sandbox?: Partial<SandboxOptions>
  memory?: Memory | null
  maxTime?: number | null
  maxTokens?: number | null
  signal?: AbortSignal
  onEvent?: Parameters<typeof runTask>[2]['onEvent']
  /** Takes a part of the workshop away, or makes it fail. */
  workshop?: (real: Workshop) => Workshop
}

/** Where a test repository keeps its journals: beside it, never in the home of whoever runs the tests. */
function agentEnvironment(repository: TemporaryRepository): Record<string, string> {
  const home = join(repository.root, '..', 'agent')
  mkdirSync(home, { recursive: true })
  return { ...repository.environment, AGENT_HOME: home }
}

/** Runs a task on a real repository, with everything real but the model. */
export async function runOn<Request>(
  repository: TemporaryRepository,
  task: Task<Request>,
  request: Request,
  { engine, sandbox, memory = null, maxTime = null, maxTokens = null, signal, onEvent, workshop = (real) => real }: TaskRunOptions,
): Promise<Report> {
  const environment = agentEnvironment(repository)
  const workspace = await openWorkspace(repository.root, { environment })
  const options: SandboxOptions = { use: 'host', image: null, memory: 2 ** 31, cpus: 2, timeout: 60_000, ...sandbox }
  try {
    return await runTask(task, request, {
      runtime: {
        workspace,
        workshop: workshop(createWorkshop(workspace, { sandbox: options, context: { environment } })),
        engine,
        memory: async () => memory,
        seed: 0,
        jobs: 1,
      },
      signal: signal ?? new AbortController().signal,
      maxTime,
      maxTokens,
      useCache: memory !== null,
      baseline: null,
      ...(onEvent && { onEvent }),
    })
  } finally {
    await workspace.close()
  }
}

/** What a model says that calls tools, in its own format. */
export function toolCalls(...calls: readonly Omit<ToolCall, 'id'>[]): Partial<Generation> {
  const named = calls.map((call, index) => ({ id: `call-${index}`, ...call }))
  return { message: { role: 'assistant', text: '', toolCalls: named }, stopReason: 'tool-calls' }
}
