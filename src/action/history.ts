import { AppError } from '../domain/errors.ts'
import { createGit, type Git } from '../workspace/git.ts'
import { type FetchRefusal, fetchFrom, type Remote } from './fetch.ts'
import type { Point } from './occasion.ts'

/** Commits on both sides that are asked for, one after the other, until what they have in common is among them. */
const depths = [50, 500, 5000] as const

/** The commits that a change lies between. */
export interface Span {
  /** What both ends have in common. */
  from: string
  to: string
}

export interface History {
  /** From what two points have in common to the second one; or why that cannot be found. */
  between(base: Point, head: Point | null): Promise<Span | AppError>
  /** A commit, and its parent where it has one. Throws where it cannot be had. */
  last(head: Point | null): Promise<{ parent: string | null; id: string }>
  /** Puts the tip of a branch where configuration and rules are read. */
  bring(branch: string): Promise<FetchRefusal>
}

/** The history of a checkout, which fetches what is missing of it, and no more. */
export function openHistory(remote: Remote): History {
  const git = createGit(remote.directory, remote.environment)
  const source = { git, remote }
  return {
    between: (base, head) => between(base, head, source),
    last: (head) => last(head, source),
    async bring(branch) {
      if ((await commitOf(git, trackingOf(branch))) !== null) return null
      return fetchFrom(remote, [refspecOf(branch)], (await isShallow(git)) ? 1 : null)
    },
  }
}

interface Source {
  git: Git
  remote: Remote
}

async function between(base: Point, head: Point | null, source: Source): Promise<Span | AppError> {
  const { git } = source
  let refusal: FetchRefusal = null
  const here = await spanHere(base, head, { git, isFresh: false })
  if (here) return here
  for (const depth of (await isShallow(git)) ? depths : [null]) {
    const to = head ?? { branch: null, id: await commitOf(git, 'HEAD') }
    refusal = await fetchPoints([to, base], depth, source)
    const span = await spanHere(base, head, { git, isFresh: true })
    if (span) return span
    // What the server does not give at one depth it does not give at another.
    if (refusal) break
  }
  return refusal === null ? unrelated((await isShallow(git)) ? depths.at(-1) : undefined) : notFetched(refusal)
}

async function last(head: Point | null, source: Source): Promise<{ parent: string | null; id: string }> {
  const { git } = source
  const find = async () => (head === null ? commitOf(git, 'HEAD') : here(head, { git, isFresh: true }))
  const known = await find()
  const refusal = known === null && head !== null ? await fetchPoints([head], (await isShallow(git)) ? 2 : null, source) : null
  const id = known ?? (await find())
  if (id === null) throw notFetched(refusal ?? 'it is not a commit')
  if ((await commitOf(git, `${id}^`)) === null && (await isShallow(git))) await fetchFrom(source.remote, [id], 2)
  return { id, parent: await commitOf(git, `${id}^`) }
}

function notFetched(reason: string): AppError {
  return new AppError('GIT_FAILED', `The commits of the change could not be fetched: ${reason}.`, {
    hint: 'Give the job `permissions: contents: read`, or check out with `fetch-depth: 0`.',
  })
}

function unrelated(depth: number | undefined): AppError {
  const within = depth === undefined ? '' : ` among the last ${depth} of either`
  return new AppError('REF_UNKNOWN', `The two ends of the change have no commit in common${within}.`, {
    hint: 'Check out with `fetch-depth: 0`, or name another base.',
  })
}

/** One by one: of several that are asked for at once, git deepens only those that it does not have. */
async function fetchPoints(points: readonly Point[], depth: number | null, { remote }: Source): Promise<FetchRefusal> {
  const refusals: FetchRefusal[] = []
  for (const point of points) refusals.push(await fetchAny(refspecsOf(point), { remote, depth }))
  return refusals.find((refusal) => refusal !== null) ?? null
}

async function fetchAny(choices: readonly string[], { remote, depth }: { remote: Remote; depth: number | null }): Promise<FetchRefusal> {
  let refusal: FetchRefusal = null
  for (const choice of choices) {
    refusal = await fetchFrom(remote, [choice], depth)
    if (refusal === null) return null
  }
  return refusal
}

/** What may be asked for, the best first: a branch that is gone leaves its last commit. */
function refspecsOf({ branch, id }: Point): string[] {
  const names = branch === null ? [] : [refspecOf(branch), ...(id === null ? [`+refs/tags/${branch}:refs/tags/${branch}`] : [])]
  return [...names, ...(id === null ? [] : [id])]
}

const trackingOf = (branch: string) => `refs/remotes/origin/${branch}`
const refspecOf = (branch: string) => `+refs/heads/${branch}:${trackingOf(branch)}`

interface Knowledge {
  git: Git
  /** The names were brought up to date by us. */
  isFresh: boolean
}

async function spanHere(base: Point, head: Point | null, knowledge: Knowledge): Promise<Span | null> {
  const { git } = knowledge
  const [from, to] = await Promise.all([here(base, knowledge), head === null ? commitOf(git, 'HEAD') : here(head, knowledge)])
  if (from === null || to === null) return null
  const { code, stdout } = await git.run(['merge-base', from, to])
  return code === 0 ? { from: stdout.toString('latin1').trim(), to } : null
}

/** A branch that a machine has kept from an earlier job is used only where it has what the event tells of. */
async function here({ branch, id }: Point, { git, isFresh }: Knowledge): Promise<string | null> {
  const known = id === null ? null : await commitOf(git, id)
  if (branch === null) return known
  const tip = (await commitOf(git, trackingOf(branch))) ?? (id === null ? await commitOf(git, `refs/tags/${branch}`) : null)
  if (tip === null) return isFresh ? known : null
  if (isFresh || id === null || tip === id) return tip
  return known !== null && (await git.run(['merge-base', '--is-ancestor', known, tip])).code === 0 ? tip : null
}

async function commitOf(git: Git, name: string): Promise<string | null> {
  const { code, stdout } = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
  return code === 0 ? stdout.toString('latin1').trim() : null
}

async function isShallow(git: Git): Promise<boolean> {
  return (await git.ask(['rev-parse', '--is-shallow-repository'])).toString('latin1').trim() === 'true'
}
