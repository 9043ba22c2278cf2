import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import type { Message } from '../../domain/message.ts'
import { plural } from '../../domain/plural.ts'
import { citedClaimSchema, type ExplainResult } from '../../domain/result.ts'
import { askInBudget } from '../ask-in-budget.ts'
import { fillPrompt } from '../prompt.ts'
import { requireEngine } from '../require-engine.ts'
import type { Task, TaskContext, TaskResult } from '../task.ts'
import { explanationSchema, holdCitations, maxClaims, readExplanation } from './answer.ts'
import { renderExcerpts } from './excerpt.ts'
import { type ExplainSubject, type Gathered, gather } from './gather.ts'

export interface ExplainRequest {
  subject: ExplainSubject
}

const explanationShape = z.strictObject({ claims: z.array(citedClaimSchema), dropped: z.int().nonnegative() })
type Explanation = z.infer<typeof explanationShape>

const answerTokens = 1500

/** Explains code, a change or a finding. Every statement cites the lines it rests on, and one whose citation does not hold is dropped. */
export const explain: Task<ExplainRequest> = {
  name: 'explain',
  summary: 'Explain code, a change or a finding.',

  async run({ subject }, context) {
    const gathered = await gather(subject, context.workspace, context.signal)
    // What an unnamed model said may only be recalled for the same model, so its name has to be known first.
    if (!context.engine?.model) await requireEngine(context)
    const messages = messagesFor(gathered)
    const key = keyOf(messages, context)
    const known = await context.cache?.recall(key)
    const explanation = known === undefined ? await askFor(gathered, messages, context) : readKnown(known)
    if (known !== undefined) context.usage.cacheHits++
    if (known === undefined && explanation.claims.length > 0) await context.cache?.remember(key, JSON.stringify(explanation))
    return resultOf(gathered, explanation, context)
  },
}

function messagesFor({ about, excerpts }: Gathered): Message[] {
  const template = readFileSync(new URL('./prompts/explain.md', import.meta.url), 'utf8')
  return [
    { role: 'system', text: fillPrompt(template, { about, maxClaims: String(maxClaims) }) },
    { role: 'user', text: renderExcerpts(excerpts) },
  ]
}

function keyOf(messages: readonly Message[], { engine, toolVersion, seed }: TaskContext): string {
  const parts = ['explain', toolVersion, engine?.kind, engine?.model, engine?.digest, engine?.place, seed, messages]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

const readKnown = (text: string): Explanation => explanationShape.parse(JSON.parse(text))

async function askFor({ excerpts }: Gathered, messages: readonly Message[], context: TaskContext): Promise<Explanation> {
  const engine = await requireEngine(context)
  const reply = await askInBudget(
    { messages, schema: explanationSchema(excerpts), read: readExplanation, maxTokens: answerTokens },
    { engine, context },
  )
  if (reply.status !== 'answered')
    throw new AppError('ENGINE_FAILED', `${engine.model} gave no explanation that could be read.`, {
      hint: 'Ask again with another --seed, or with another model.',
    })
  const { held, dropped } = holdCitations(reply.answer, excerpts)
  return { claims: held, dropped }
}

function resultOf({ about, excerpts, isCut }: Gathered, { claims, dropped }: Explanation, context: TaskContext): TaskResult {
  if (dropped > 0)
    context.notice({
      code: 'CITATION_DROPPED',
      message: `${plural(dropped, 'statement')} cited lines that are not there, and ${dropped === 1 ? 'was' : 'were'} dropped.`,
      hint: '',
    })
  if (isCut)
    context.notice({
      code: 'EXPLANATION_CUT',
      message: 'Not all of it was shown to the model: there is too much.',
      hint: 'Name a line, or a smaller range.',
    })
  const result: ExplainResult = { task: 'explain', about, claims: [...claims], dropped }
  const files = new Set(excerpts.map(({ path }) => path))
  return {
    summary:
      claims.length === 0
        ? 'nothing that was said could be checked'
        : `${plural(claims.length, 'statement')} about ${plural(files.size, 'file')}`,
    findings: [],
    patch: '',
    completeness: claims.length === 0 || isCut ? 'partial' : 'complete',
    coverage: { changedLines: 0, seenLines: 0, files: [] },
    result,
  }
}
