import type { Budget } from '../agent/budget.ts'
import type { AgentEvent } from '../agent/event.ts'
import type { DraftFinding } from '../domain/finding.ts'
import type { Usage } from '../domain/message.ts'
import type { Coverage, Notice, Report, ReportUsage } from '../domain/report.ts'
import type { EngineHandle, Generation } from '../engine/engine.ts'
import type { Checkout } from '../workspace/checkout.ts'
import type { Sandbox, SandboxView } from '../workspace/sandbox.ts'
import type { AppliedRun, Transaction } from '../workspace/transaction.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Where a task reads, changes and runs things. What is opened here is closed by the task. */
export interface Workshop {
  /** The user's own tree; reading only. */
  openCheckout(): Promise<Checkout>
  /** Runs the user's own tools on the user's own tree, or on a copy of it; null where the code is somebody else's. */
  openUserTools(signal: AbortSignal, copy?: SandboxView): Promise<Sandbox | null>
  /** On a copy of the working tree, or of what is staged: then what is applied is staged, too. */
  beginTransaction(signal: AbortSignal, from?: 'working' | 'index'): Promise<Transaction>
  /** Commits what a run has changed and nothing else; null where HEAD has it already. Throws `CHANGES_CONFLICT`. */
  commitRun(applied: AppliedRun, message: string, signal: AbortSignal): Promise<string | null>
  /** Throws `SANDBOX_UNAVAILABLE` where nothing can be run safely. */
  openSandbox(view: SandboxView, signal: AbortSignal): Promise<Sandbox>
}

/** All that a task may use. */
export interface TaskContext {
  workspace: Workspace
  workshop: Workshop
  /** Null: no model was asked for, or none was found. */
  engine: EngineHandle | null
  /** Null with `--no-cache`. */
  cache: { recall(key: string): Promise<string | undefined>; remember(key: string, value: string): Promise<void> } | null
  budget: Budget
  /** Aborted when the run is interrupted; the budget's own signal also ends at the deadline. */
  signal: AbortSignal
  seed: number
  /** Requests at once; null leaves it to the engine. */
  jobs: number | null
  toolVersion: string
  usage: ReportUsage
  /** Adds what a reply took to the run's usage and timing. */
  count(reply: { requests: number; usage: Usage; generation: Generation }): void
  notice(notice: Notice): void
  emit(event: AgentEvent): void
}

export interface TaskResult {
  summary: string
  findings: readonly DraftFinding[]
  patch: string
  completeness: 'complete' | 'partial'
  coverage: Coverage
  result: Report['result']
}

/** A deterministic workflow around zero or more questions to a model. */
export interface Task<Request> {
  /** kebab-case: the CLI's sub-command and the configuration's key. */
  name: string
  summary: string
  run(request: Request, context: TaskContext): Promise<TaskResult>
}
