import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isAutomatic, parseMessage } from '../../domain/commit-message-parse.ts'
import { checkForm, conventionalRules, conventionalTypes, type MessageProblem } from '../../domain/commit-message-rules.ts'
import { AppError, exitCodes } from '../../domain/errors.ts'
import { plural } from '../../domain/plural.ts'
import { findSecrets } from '../../domain/secrets.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import { openCommitlint } from '../../tasks/commit-message/commitlint.ts'
import { readHistory } from '../../tasks/commit-message/read-history.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import { loadSettings } from '../load-settings.ts'
import { openTaskWorkspace } from '../task-workspace.ts'
import { createWorkshop } from '../workshop.ts'
import type { AnswerHook, HookCall } from './hook.ts'
import { readMessageFile, storedText } from './message-file.ts'
import { readMessageSettings, saysNoEditor } from './message-file-settings.ts'
import { oneLine } from './one-line.ts'

/**
 * Checks a message as git will store it. A secret stops the commit anywhere. The form is that of the project's commitlint where there is
 * one, and else that of the Conventional Commits, unless the history shows that the project writes its messages in another way.
 */
export const checkCommitMessageHook: AnswerHook = async (call) => {
  const { context, command, args } = call
  const [path] = args
  if (path === undefined)
    throw new AppError('USAGE_INVALID', 'commit-msg was called without the file of the message.', {
      hint: 'Call it as git does: agent hooks run commit-msg -- "$@".',
    })
  const workspace = await openTaskWorkspace(command, context, { isPatch: false })
  try {
    const settings = await loadSettings(command, context)
    const text = await readStored(resolve(settings.globals.directory, path), workspace, call)
    if (text === '') return exitCodes.clean
    const { problems, warnings } = await check(text, { workspace, call, sandbox: settings.config.sandbox })
    for (const warning of warnings) context.stderr.write(oneLine(warning))
    if (problems.length === 0) return exitCodes.clean
    context.stderr.write(refusalText(problems, path))
    return exitCodes.findings
  } finally {
    await workspace.close()
  }
}

async function readStored(path: string, workspace: Workspace, { context }: HookCall): Promise<string> {
  const hasEditor = !saysNoEditor(context.environment)
  const [content, settings] = await Promise.all([readFile(path), readMessageSettings(workspace)])
  return storedText(readMessageFile(content, settings, { hasEditor }), { hasEditor })
}

interface Checking {
  workspace: Workspace
  call: HookCall
  sandbox: Parameters<typeof createWorkshop>[1]['sandbox']
}

interface Checked {
  /** What stops the commit. */
  problems: readonly MessageProblem[]
  /** What is worth a line, and stops nothing. */
  warnings: readonly string[]
}

async function check(text: string, checking: Checking): Promise<Checked> {
  const [secrets, form] = await Promise.all([secretsIn(text), checkFormOf(text, checking)])
  // What the others say may quote the secret.
  return secrets.problems.length > 0 ? secrets : { problems: form.problems, warnings: [...secrets.warnings, ...form.warnings] }
}

async function secretsIn(text: string): Promise<Checked> {
  const spans = await findSecrets(text)
  const told = spans.map(({ start, kind, confidence }) => ({ where: `Line ${text.slice(0, start).split('\n').length}`, kind, confidence }))
  return {
    problems: told
      .filter(({ confidence }) => confidence === 'certain')
      .map(({ where, kind }) => ({
        rule: 'secret',
        message: `${where} holds a secret (${kind}), and messages cannot be taken back once pushed.`,
      })),
    warnings: told
      .filter(({ confidence }) => confidence === 'likely')
      .map(({ where, kind }) => `${where.toLowerCase()} of the message looks as if it held a secret (${kind}).`),
  }
}

const untold = { problems: [], warnings: [] }

async function checkFormOf(text: string, { workspace, call, sandbox }: Checking): Promise<Checked> {
  const { signal } = call.context
  const workshop = createWorkshop(workspace, { sandbox, context: call.context })
  const found = await openCommitlint(workspace, workshop, signal)
  if (found.kind === 'unusable') return { problems: [], warnings: [`the project's commitlint was not asked: ${found.reason}.`] }
  if (found.kind === 'found') {
    const problems = await found.commitlint.lint(text)
    await found.commitlint.close()
    return problems === null
      ? { problems: [], warnings: ["the project's commitlint could not check the message."] }
      : { problems, warnings: [] }
  }
  const { header = '' } = parseMessage(text) ?? {}
  if (isAutomatic(header)) return untold
  const habits = habitsOf(await readHistory(workshop))
  const problems = checkForm(text, { ...conventionalRules, types: [...new Set([...conventionalTypes, ...habits.types])] })
  if (habits.areConventional) return { problems, warnings: [] }
  return problems.length === 0
    ? untold
    : { problems: [], warnings: ['the message is no Conventional Commit; neither are most others here, so it was let through.'] }
}

/** Below this, a history says nothing about habits, and who installs the hook wants the check. */
const fewCommits = 10

/** How a project has written its messages. */
function habitsOf(history: readonly string[]): { areConventional: boolean; types: readonly string[] } {
  const written = history.filter((header) => !isAutomatic(header))
  const types = written.flatMap((header) => parseMessage(header)?.type ?? []).filter((type) => /^[a-z]+$/.test(type))
  const used = [...Map.groupBy(types, (type) => type)].filter(([, times]) => times.length >= 2).map(([type]) => type)
  return { areConventional: written.length < fewCommits || types.length * 2 >= written.length, types: used }
}

function refusalText(problems: readonly MessageProblem[], path: string): string {
  const rows = problems.map(({ rule, message }) => `  ${terminalLine(rule)}: ${terminalLine(message)}\n`)
  const kept = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
  return [
    oneLine(`the commit was stopped: its message breaks ${plural(problems.length, 'rule')}.`),
    ...rows,
    `  Your text is kept in ${terminalLine(path)}. To go on with it: git commit -e -F ${terminalLine(kept)}\n`,
  ].join('')
}
