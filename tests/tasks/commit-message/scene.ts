import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CommitMessageResult, commitMessageResultSchema } from '../../../src/domain/result.ts'
import type { EngineHandle } from '../../../src/engine/engine.ts'
import { commitMessage, type CommitMessageRequest } from '../../../src/tasks/commit-message/commit-message.ts'
import { temporaryRepository, type TemporaryRepository } from '../../helpers/git-repository.ts'
import { pathWithTools } from '../../helpers/programs.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'

const port = 'export function parsePort(text: string): number {\n  return Number(text)\n}\n'
export const checkedPort = `export function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port)) throw new RangeError('no port')
  return port
}
`

/** What a good model says about the staged change of `project()`. */
export const good = { change: 'x', type: 'fix', scope: '(none)', subject: 'refuse ports that are no numbers', body: '' }

/** A repository in which a fix is staged. */
export function project(
  files: Record<string, string> = {},
  staged: Record<string, string> = { 'src/port.ts': checkedPort },
): TemporaryRepository {
  const repository = temporaryRepository({ files: { 'src/port.ts': port, ...files } })
  onTestFinished(repository.remove)
  repository.stage(staged)
  return repository
}

/** A model that gives these answers one after the other, and the last one for ever. */
export const says = (...answers: readonly (string | Record<string, unknown>)[]) =>
  scriptedEngine((_request, index) => {
    const answer = answers[Math.min(index, answers.length - 1)] ?? ''
    return typeof answer === 'string' ? answer : JSON.stringify(answer)
  })

type RunOptions = Omit<Parameters<typeof runOn>[3], 'engine'>

/** Runs the task, and returns the report with its result read. */
export async function write(
  repository: TemporaryRepository,
  engine: EngineHandle | null,
  options: RunOptions & Partial<CommitMessageRequest> = {},
) {
  const { model = 'auto', ...others } = options
  const report = await runOn(repository, commitMessage, { model }, { engine, ...others })
  const result: CommitMessageResult = commitMessageResultSchema.parse(report.result)
  return { report, result, codes: report.notices.map(({ code }) => code) }
}

const packages = join(import.meta.dirname, '../../../node_modules')

/** The same repository with the real commitlint installed and git looking away. */
export function withCommitlint(repository: TemporaryRepository): TemporaryRepository {
  mkdirSync(join(repository.root, 'node_modules'))
  for (const name of ['.bin', '@commitlint']) symlinkSync(join(packages, name), join(repository.root, 'node_modules', name))
  return { ...repository, environment: { ...repository.environment, PATH: pathWithTools } }
}
