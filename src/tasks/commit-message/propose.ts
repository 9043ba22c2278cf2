import { DeadlineReached } from '../../agent/budget.ts'
import type { CommitMessage } from '../../domain/commit-message.ts'
import { messageText } from '../../domain/commit-message.ts'
import { AppError } from '../../domain/errors.ts'
import type { Message } from '../../domain/message.ts'
import { askInBudget } from '../ask-in-budget.ts'
import { requireEngine } from '../require-engine.ts'
import type { TaskContext } from '../task.ts'
import { type Draft, draftSchema, readDraft } from './answer.ts'
import type { Commitlint } from './commitlint.ts'
import { judge, type Standard } from './judge.ts'
import { refusal } from './messages.ts'

/** How asking for a message ended. */
export type Proposal = { attempts: number } & (
  | { status: 'written'; message: CommitMessage; text: string; isChecked: boolean }
  /** No answer passed; `problems` are those of the last one. */
  | { status: 'refused'; problems: readonly string[] }
  | { status: 'stopped'; reason: string }
  | { status: 'failed'; error: AppError }
)

export interface Question {
  messages: readonly Message[]
  standard: Standard
  /** Null: the project has none, or it cannot be run. */
  commitlint: Commitlint | null
}

const maxAttempts = 3
/** An answer at its limits, in tokens. */
const answerTokens = 500

/** Asks for a message until one passes, three times at most; each time the model reads what was wrong. An engine that fails is an outcome, not an exception. */
export async function propose(question: Question, context: TaskContext): Promise<Proposal> {
  const progress = { attempts: 0 }
  try {
    return { ...(await attempt(question, context, progress)), ...progress }
  } catch (error) {
    context.signal.throwIfAborted()
    const reason = error instanceof DeadlineReached ? error.message : context.budget.exhausted()
    if (reason !== null) return { status: 'stopped', reason, ...progress }
    if (error instanceof AppError) return { status: 'failed', error, ...progress }
    throw error
  }
}

async function attempt({ messages, standard, commitlint }: Question, context: TaskContext, progress: { attempts: number }) {
  const engine = await requireEngine(context)
  const told: Message[] = []
  let problems: readonly string[] = []
  try {
    while (progress.attempts < maxAttempts) {
      const spent = context.budget.exhausted()
      if (spent !== null) return { status: 'stopped', reason: spent } as const
      progress.attempts++
      const reply = await askInBudget(
        { messages: [...messages, ...told], schema: draftSchema(standard), read: readDraft, maxTokens: answerTokens },
        { engine, context },
      )
      // It was told so once already, and would only be told the same again.
      if (reply.status !== 'answered') return { status: 'refused', problems: [unread[reply.status]] } as const
      const verdict = await judgeAll(reply.answer, standard, commitlint)
      const { message, isChecked } = verdict
      if (message !== null) return { status: 'written', message, text: messageText(message, standard.rules.lineLength), isChecked } as const
      problems = verdict.problems
      told.splice(0, told.length, ...refusal(reply.generation.message.text, problems))
    }
    return { status: 'refused', problems } as const
  } finally {
    for (const notice of engine.notices) context.notice(notice)
  }
}

const unread = {
  unreadable: 'The answer was not the JSON object that was asked for.',
  truncated: `The answer was cut off at ${answerTokens} tokens.`,
} as const

interface FullVerdict {
  message: CommitMessage | null
  problems: readonly string[]
  /** False where there is a commitlint that could not say. */
  isChecked: boolean
}

/** Our rules first: they cost nothing. The project's commitlint has the last word. */
async function judgeAll(draft: Draft, standard: Standard, commitlint: Commitlint | null): Promise<FullVerdict> {
  const { message, problems } = await judge(draft, standard)
  if (message === null || commitlint === null) return { message, problems, isChecked: true }
  const { lineLength } = standard.rules
  const found = await commitlint.lint(messageText(message, lineLength))
  if (found === null) return { message, problems: [], isChecked: false }
  if (found.length === 0) return { message, problems: [], isChecked: true }
  // Where only the body offends, the header stands by itself.
  const bare = { ...message, body: '' }
  if (message.body !== '' && (await commitlint.lint(messageText(bare, lineLength)))?.length === 0) {
    return { message: bare, problems: [], isChecked: true }
  }
  return { message: null, problems: found.map(({ rule, message: what }) => `${what} (${rule})`), isChecked: true }
}
