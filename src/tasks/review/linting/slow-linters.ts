import { z } from 'zod'
import type { TaskContext } from '../../task.ts'
import type { LintRun } from './run-linters.ts'

const needsSchema = z.record(z.string(), z.object({ ms: z.number(), at: z.number() }))
type Needs = z.infer<typeof needsSchema>

const key = 'linters: time that they need'
/** After this it is tried again: the machine may have been busy, or the program has become smaller. */
const forgottenAfter = 4 * 60 * 60_000
/** Quicker ones always fit. */
const worthKnowing = 1_000

/**
 * Which linters of this project need more time than there is. A compiler that never gets ready within the time of a hook would otherwise
 * take that time from every commit, and say nothing in the end.
 */
export async function tooSlowFor(ms: number, { cache }: Pick<TaskContext, 'cache'>): Promise<ReadonlySet<string>> {
  const slow = Object.entries(await read(cache)).filter(([, need]) => need.ms >= ms && Date.now() - need.at < forgottenAfter)
  return new Set(slow.map(([linter]) => linter))
}

/** Remembers how long each linter took, or needs at least. */
export async function rememberNeeds({ took }: Pick<LintRun, 'took'>, { cache }: Pick<TaskContext, 'cache'>): Promise<void> {
  const known = await read(cache)
  const news = Object.entries(Object.fromEntries(took)).filter(([linter, ms]) => ms >= worthKnowing || Object.hasOwn(known, linter))
  if (news.length === 0) return
  const at = Date.now()
  await cache?.remember(key, JSON.stringify({ ...known, ...Object.fromEntries(news.map(([linter, ms]) => [linter, { ms, at }])) }))
}

async function read(cache: TaskContext['cache']): Promise<Needs> {
  const text = await cache?.recall(key)
  return (text === undefined ? undefined : needsSchema.safeParse(JSON.parse(text)).data) ?? {}
}
