import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { anchorQuote } from '../../domain/anchor.ts'
import type { Message } from '../../domain/message.ts'
import { showHidden } from '../../domain/trust.ts'
import { commentsOf } from '../../syntax/comment.ts'
import { askInBudget } from '../ask-in-budget.ts'
import { fillPrompt } from '../prompt.ts'
import type { TaskContext } from '../task.ts'
import type { Adviser } from './workplace.ts'

/** What a model says of a claim, held to account: a verdict without a line of the code that bears it is none. */
export interface ClaimVerdict {
  verdict: 'present' | 'absent' | 'unsure'
  /** One line, in the model's own words or ours. */
  reason: string
}

export interface ClaimQuestion {
  path: string
  /** The whole file. */
  text: string
  /** Lines that are shown, both inclusive. */
  shown: { start: number; end: number }
  claim: string
  /** Comments are what a repair could talk a model round with, so they are shown only where the claim is about them. */
  withComments: boolean
}

const limits = { quote: 200, reason: 240 } as const
const answerTokens = 300
const longestClaim = 600

const schema = {
  type: 'object',
  properties: {
    quote: { type: 'string', maxLength: limits.quote },
    reason: { type: 'string', maxLength: limits.reason },
    verdict: { type: 'string', enum: ['present', 'absent', 'cannot_tell'] },
  },
  required: ['quote', 'reason', 'verdict'],
  additionalProperties: false,
}

const answerSchema = z.object({
  quote: z.string().default(''),
  reason: z.string().default(''),
  verdict: z.string().transform((word) => word.toLowerCase().trim()),
})

/**
 * Asks whether code has the defect that is claimed. The same question is put to the code before and after a repair, and says nothing of one:
 * only an answer that differs between the two tells anything.
 */
export async function askClaim(
  question: ClaimQuestion,
  { engine, context }: Pick<Adviser, 'engine'> & { context: TaskContext },
): Promise<ClaimVerdict> {
  const code = await shownCode(question)
  const messages = messagesFor(question, code)
  const prompt = await engine.countTokens(messages.map(({ text }) => text).join('\n'))
  if (prompt + answerTokens > engine.contextTokens)
    return unsure(`The lines do not fit into the model's window of ${engine.contextTokens} tokens.`)
  const read = (value: unknown) => answerSchema.safeParse(value).data
  const reply = await askInBudget({ messages, schema, read, maxTokens: answerTokens }, { engine, context })
  if (reply.status !== 'answered') return unsure('Its answer could not be read.')
  const { quote, verdict } = reply.answer
  const reason = showHidden(reply.answer.reason.replaceAll(/\s+/g, ' ').trim()).slice(0, limits.reason)
  if (verdict !== 'present' && verdict !== 'absent') return unsure(reason === '' ? 'It cannot tell.' : reason)
  return isQuoted(quote, code) ? { verdict, reason } : unsure('It named no line of the code that shows it.')
}

const unsure = (reason: string): ClaimVerdict => ({ verdict: 'unsure', reason })

function messagesFor({ path, claim }: ClaimQuestion, code: string): (Message & { text: string })[] {
  const template = readFileSync(new URL('./prompts/fix-claim.md', import.meta.url), 'utf8')
  return [
    { role: 'system', text: fillPrompt(template, {}) },
    { role: 'user', text: `Code of ${path}:\nBEGIN\n${code}\nEND\n\nClaim: ${claim.replaceAll(/\s+/g, ' ').slice(0, longestClaim)}\n` },
  ]
}

async function shownCode({ path, text, shown, withComments }: ClaimQuestion): Promise<string> {
  const bare = withComments ? text : await withoutComments(text, path)
  return showHidden(
    bare
      .split('\n')
      .slice(shown.start - 1, shown.end)
      .join('\n'),
  )
}

/** Every line stays where it is. */
async function withoutComments(text: string, path: string): Promise<string> {
  const comments = (await commentsOf(text, path)) ?? []
  let bare = ''
  let at = 0
  for (const { startIndex, endIndex } of comments) {
    bare += text.slice(at, startIndex) + text.slice(startIndex, endIndex).replaceAll(/[^\n]/g, '')
    at = endIndex
  }
  return bare + text.slice(at)
}

const isQuoted = (quote: string, code: string) => code.split('\n').some((text) => anchorQuote(quote, 1, [{ line: 1, text }]) !== null)
