import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Change } from '../../domain/change.ts'
import { conventionalRules } from '../../domain/commit-message-rules.ts'
import { AppError } from '../../domain/errors.ts'
import type { Notice } from '../../domain/report.ts'
import { requireEngine } from '../require-engine.ts'
import type { Task, TaskContext } from '../task.ts'
import { breakingEvidence } from './breaking.ts'
import { chooseScopes } from './choose-scopes.ts'
import { chooseTypes } from './choose-types.ts'
import { type Commitlint, openCommitlint } from './commitlint.ts'
import { conclude } from './conclude.ts'
import { condense } from './condense.ts'
import { type FileFacts, gatherFacts } from './facts.ts'
import { headerLength, type Standard } from './judge.ts'
import { messagesFor } from './messages.ts'
import { type Proposal, propose, type Question } from './propose.ts'
import { readHistory } from './read-history.ts'
import { readStaged } from './read-staged.ts'

export interface CommitMessageRequest {
  /** Whether a model was asked for by name, may be used, or must not be. */
  model: 'none' | 'auto' | 'named'
}

/** Lines of a body: what git's own tools show without breaking them. */
const bodyLineLength = 72

const storedSchema = z.strictObject({
  type: z.string(),
  scope: z.string().nullable(),
  subject: z.string(),
  body: z.string(),
  breaking: z.string().nullable(),
  text: z.string(),
})

/** A Conventional Commit for what is staged: the type narrowed by the paths, the rest asked for and held to account. */
export const commitMessage: Task<CommitMessageRequest> = {
  name: 'commit-message',
  summary: 'Write a Conventional Commit message for the staged change.',

  async run({ model }, context) {
    const change = await readStaged(context.workspace, context.signal)
    const files = await gatherFacts(change, context.workspace)
    if (context.engine === null || model === 'none') {
      if (model === 'auto') context.notice(noModel)
      return conclude(files, null, { context, isComplete: model === 'none' })
    }
    return conclude(files, await endingInTime(() => proposeFor({ change, files }, context), context), { context })
  },
}

/** A deadline is an ending, wherever it is reached. */
async function endingInTime(work: () => Promise<Proposal>, { signal, budget }: TaskContext): Promise<Proposal> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    const reason = budget.exhausted()
    if (reason === null) throw error
    return { status: 'stopped', reason, attempts: 0 }
  }
}

async function proposeFor(gathered: Omit<Gathered, 'commitlint'>, context: TaskContext): Promise<Proposal> {
  const commitlint = await findCommitlint(context)
  try {
    const question = await questionFor({ ...gathered, commitlint }, context)
    return await recallOrAsk({ question, change: gathered.change }, context)
  } finally {
    await commitlint?.close()
  }
}

const noModel: Notice = {
  code: 'MODEL_MISSING',
  message: 'There is no model, so no message was written.',
  hint: 'Run `agent models list` and `agent models pull <id>`, or name a server with --base-url.',
}

async function findCommitlint({ workspace, workshop, budget, notice }: TaskContext): Promise<Commitlint | null> {
  const found = await openCommitlint(workspace, workshop, budget.signal)
  if (found.kind === 'unusable')
    notice({ code: 'COMMITLINT_UNUSED', message: `The project's commitlint was not asked: ${found.reason}.`, hint: '' })
  return found.kind === 'found' ? found.commitlint : null
}

interface Gathered {
  change: Change
  files: readonly FileFacts[]
  commitlint: Commitlint | null
}

async function questionFor({ change, files, commitlint }: Gathered, { workspace, workshop }: TaskContext): Promise<Question> {
  const said = commitlint?.rules ?? conventionalRules
  const rules = { ...said, lineLength: Math.min(said.lineLength, bodyLineLength) }
  const paths = files.map(({ file }) => file.path)
  const readNew = async (path: string) => (await workspace.readFile(change.new, path).catch(() => null))?.toString('utf8') ?? null
  const standard: Standard = {
    rules,
    types: chooseTypes(files, rules.types),
    scopes: chooseScopes({ paths, history: await readHistory(workshop), rules }),
    scope: rules.scope,
    breaking: await breakingEvidence(files, readNew),
    vocabulary: vocabularyOf(files),
  }
  return { messages: messagesFor(condense(files), standard), standard, commitlint }
}

/** Everything that can be read off the change: whatever a message names has to stand there. */
function vocabularyOf(files: readonly FileFacts[]): string {
  return files
    .flatMap(({ file, symbols }) => [
      file.path,
      file.oldPath ?? '',
      ...Object.values(symbols).flat(),
      ...file.hunks.flatMap(({ lines }) => lines.map(({ text }) => text)),
    ])
    .join('\n')
}

/** The same staged tree on the same commit has the same message, unless something else that it depends on has changed. */
async function recallOrAsk({ question, change }: { question: Question; change: Change }, context: TaskContext): Promise<Proposal> {
  // What an unnamed model said may only be recalled for the same model, so its name has to be known first.
  const early = context.engine?.model ? null : await openEarly(context)
  if (early !== null) return { status: 'failed', error: early, attempts: 0 }
  const key = keyOf(question, change, context)
  const known = await context.cache?.recall(key)
  if (known !== undefined) {
    context.usage.cacheHits++
    const { text, ...message } = storedSchema.parse(JSON.parse(known))
    return { status: 'written', message, text, isChecked: true, attempts: 0 }
  }
  const proposal = await propose(question, context)
  if (proposal.status === 'written' && proposal.isChecked)
    await context.cache?.remember(key, JSON.stringify({ ...proposal.message, text: proposal.text }))
  return proposal
}

async function openEarly(context: TaskContext): Promise<AppError | null> {
  try {
    await requireEngine(context)
    return null
  } catch (error) {
    context.signal.throwIfAborted()
    if (error instanceof AppError) return error
    if (context.budget.exhausted() === null) throw error
    return new AppError('ENGINE_TIMEOUT', `The engine was not ready when ${context.budget.exhausted()}.`)
  }
}

function keyOf({ messages, standard, commitlint }: Question, change: Change, { engine, toolVersion, seed }: TaskContext): string {
  const hash = createHash('sha256')
  const who = ['commit-message', toolVersion, engine?.kind, engine?.model, engine?.digest, engine?.place, seed]
  const { vocabulary: _inFiles, ...choices } = standard
  for (const part of [who, messages, choices, headerLength, commitlint?.printed ?? '', change.old]) hash.update(JSON.stringify(part))
  // One by one: the whole of a large change may be too long for one text.
  for (const file of change.files) hash.update(JSON.stringify(file))
  return hash.digest('hex')
}
