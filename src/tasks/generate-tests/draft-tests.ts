import { AppError } from '../../domain/errors.ts'
import type { Message } from '../../domain/message.ts'
import { requireEngine } from '../require-engine.ts'
import { type Answer, askTest, recallTest } from './ask-test.ts'
import { againFor, questionFor } from './question.ts'
import { readAnswer } from './read-answer.ts'
import { sourceContext } from './source-context.ts'
import type { Candidate, Placement } from './target.ts'
import type { Work, Workplace } from './workplace.ts'
import { isWritten, type Site, type Unwritable } from './writers/writer.ts'
import { writeTest } from './writers/write-test.ts'

/** What came of one question. */
export type Draft =
  | { kind: 'candidate'; work: Work; answer: string; candidate: Candidate; code: string; site: Site }
  | { kind: 'unwritable'; work: Work; answer: string; placement: Placement; refused: Unwritable }
  /** It cannot be asked about; `isTooLong`: of this model. */
  | { kind: 'impossible'; work: Work; reason: string; isTooLong: boolean }
  /** Greedy, so that another question would bring nothing new. */
  | { kind: 'repeated'; work: Work }

/** A question that is ready to be put. */
interface Prepared {
  work: Work
  placement: Placement
  site: Site
  messages: readonly Message[]
}

/** Asks about some targets, as many at once as the engine answers, and puts the tests where they belong. */
export async function draftTests(works: readonly Work[], place: Workplace): Promise<Draft[]> {
  const drafts: (Draft | undefined)[] = []
  const open: { index: number; prepared: Prepared }[] = []
  for (const [index, work] of works.entries()) {
    const prepared = await prepare(work, place)
    if ('reason' in prepared) drafts[index] = { kind: 'impossible', work, reason: prepared.reason, isTooLong: false }
    else {
      const known = await recallTest(prepared.messages, place.context)
      if (known === undefined) open.push({ index, prepared })
      else drafts[index] = await readDraft(known, prepared)
    }
  }
  if (open.length > 0) await askAll(open, { place, drafts })
  // In the order of the targets, whoever was answered first: names are given in turn.
  return uniquely(drafts.filter((draft) => draft !== undefined))
}

/** Only what nobody knows yet needs a model. */
async function askAll(
  open: readonly { index: number; prepared: Prepared }[],
  { place: { context, proving }, drafts }: { place: Workplace; drafts: (Draft | undefined)[] },
): Promise<void> {
  const engine = await requireEngine(context)
  const queue = open.values()
  const worker = async () => {
    for (const { index, prepared } of queue) {
      if (proving.exhausted() !== null) return
      context.emit({ type: 'test-start', path: `${prepared.work.part.path} ${prepared.work.part.name}` })
      drafts[index] = await readDraft(await orTooLong(() => askTest(prepared.messages, engine, context)), prepared)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.max(1, Math.min(context.jobs ?? engine.parallel, open.length)) }, worker))
  } finally {
    for (const notice of engine.notices) context.notice(notice)
  }
}

/** An endpoint may have a smaller window than it says, which is no reason to leave other functions alone. */
async function orTooLong(asking: () => Promise<Answer>): Promise<Answer> {
  try {
    return await asking()
  } catch (error) {
    if (error instanceof AppError && error.code === 'ENGINE_OUT_OF_CONTEXT') return { kind: 'too-long', reason: error.message }
    throw error
  }
}

async function prepare(work: Work, { place, proving }: Workplace): Promise<Prepared | { reason: string }> {
  const { path } = work.part
  const placement = await place(path, work.part.name)
  const project = await proving.benches[0].project()
  const source = await project.read(path)
  if (typeof placement === 'string') return { reason: placement }
  if (source === null) return { reason: 'It is not there any more.' }
  const text = await project.read(placement.path)
  const now: Placement = {
    ...placement,
    text,
    example: text !== null && placement.example?.path === placement.path ? { path: placement.path, text } : placement.example,
  }
  const first = questionFor({ target: work.target, placement: now, context: await sourceContext(work.part, source) })
  if (first === null) return { reason: 'It is too long for one question.' }
  const site: Site = {
    path: now.path,
    text,
    example: now.example,
    runner: now.use.runner,
    target: { path, name: work.part.name, source },
    files: new Set([...project.files, now.path]),
    taken: new Set(),
  }
  return { work, placement: now, site, messages: work.last ? againFor(first, work.last.answer, work.last.feedback) : first }
}

const noCode: Unwritable = {
  filter: 'answer',
  reason: 'The answer has no code in it.',
  feedback: 'There was no fenced code block in the answer.',
}

async function readDraft(answer: Answer, { work, placement, site }: Prepared): Promise<Draft> {
  if (answer.kind === 'too-long') return { kind: 'impossible', work, reason: answer.reason, isTooLong: true }
  work.attempts++
  work.standing = 'asked'
  const text = answer.kind === 'said' ? answer.text : ''
  const unwritable = (refused: Unwritable): Draft => ({ kind: 'unwritable', work, answer: text, placement, refused })
  if (answer.kind === 'cut')
    return unwritable({
      filter: 'answer',
      reason: 'The answer was cut off.',
      feedback: 'The answer was too long and was cut off. Write one short test only.',
    })
  if (work.said.has(text)) return { kind: 'repeated', work }
  work.said.add(text)
  const read = readAnswer(text)
  if (read === null) return unwritable(noCode)
  const { code, isFenced } = read
  const written = await writeTest(code, site)
  if (!isWritten(written)) return unwritable(!isFenced && written.filter === 'parse' ? noCode : written)
  const candidate: Candidate = { target: work.target, placement, attempt: work.attempts, ...written }
  return { kind: 'candidate', work, answer: text, candidate, code, site }
}

/** Two new tests of a file must not have the same name. */
async function uniquely(drafts: readonly Draft[]): Promise<Draft[]> {
  const taken = new Map<string, Set<string>>()
  const unique: Draft[] = []
  for (const draft of drafts) {
    if (draft.kind !== 'candidate') {
      unique.push(draft)
      continue
    }
    const names = taken.get(draft.site.path) ?? new Set<string>()
    taken.set(draft.site.path, names)
    const clashes = draft.candidate.names.some((name) => names.has(name))
    const site = clashes ? { ...draft.site, taken: new Set(names) } : draft.site
    const written = clashes ? await writeTest(draft.code, site) : draft.candidate
    const candidate = isWritten(written as Candidate) ? { ...draft.candidate, ...(written as Candidate) } : draft.candidate
    for (const name of candidate.names) names.add(name)
    unique.push({ ...draft, candidate, site })
  }
  return unique
}
