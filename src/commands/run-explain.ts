import { statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Command } from 'commander'
import { AppError, type ExitCode } from '../domain/errors.ts'
import { parseExplainTarget } from '../domain/explain-target.ts'
import { explain, type ExplainRequest } from '../tasks/explain/explain.ts'
import type { CommandContext } from './command.ts'
import { runTaskCommand, type TaskRun } from './run-task.ts'
import type { TaskSession } from './task-session.ts'

const maxTime = 300_000

/** Explains what the argument names, and returns the exit code of the contract. */
export function runExplain(command: Command, what: string, context: CommandContext): Promise<ExitCode> {
  return runTaskCommand(command, context, explainRun(what))
}

/** What `agent explain` is asked by a command line. */
export function explainRun(what: string): TaskRun<ExplainRequest> {
  return { task: explain, maxTime, requestOf: (session) => requestOf(what, session) }
}

async function requestOf(what: string, { settings, runtime }: TaskSession): Promise<ExplainRequest> {
  const { directory } = settings.globals
  const { root } = runtime.workspace
  const target = parseExplainTarget(what, (path) => statSync(resolve(directory, path), { throwIfNoEntry: false })?.isFile() ?? false)
  if (target.kind === 'finding') return { subject: { kind: 'finding', finding: await findingOf(target.id, runtime) } }
  if (target.kind === 'range') return { subject: target }
  if (statSync(resolve(directory, target.path), { throwIfNoEntry: false })?.isDirectory())
    throw new AppError('USAGE_INVALID', `${target.path} is a folder.`, {
      hint: `Name a file in it, such as ${join(target.path, '<file>')}.`,
    })
  return { subject: { ...target, path: relative(root, resolve(directory, target.path)).split(sep).join('/') } }
}

async function findingOf(id: string, runtime: TaskSession['runtime']) {
  const finding = (await runtime.memory())?.findFinding(id) ?? null
  if (finding) return finding
  throw new AppError('USAGE_INVALID', `No finding of the last reviews of this repository has the id ${id}.`, {
    hint: 'Run `agent review` again: with --format json it tells the id of each finding.',
  })
}
