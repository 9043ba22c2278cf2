import { AppError } from '../domain/errors.ts'
import { type FetchRefusal, fetchFrom, type ForgeRemote, sourceOf } from './fetch-commits.ts'
import { createGit, type Git } from './git.ts'

/** Commits on both sides that are asked for, one after the other, until what they have in common is among them. */
const depths = [50, 500, 5000] as const

/** A commit, by what is known of it. Both: the branch as it is now, which has this commit. */
export interface Point {
  branch: string | null
  id: string | null
}

/** The commits that a change lies between. */
export interface Span {
  /** What both ends have in common. */
  from: string
  to: string
}

export interface RemoteHistory {
  /** From what two points have in common to the second one; or why that cannot be found. */
  between(base: Point, head: Point | null): Promise<Span | AppError>
  /** A commit, and its parent where it has one. Throws where it cannot be had. */
  last(head: Point | null): Promise<{ parent: string | null; id: string }>
  /** Puts a commit, or the tip of a branch, where configuration and rules can be read. */
  bring(point: Point): Promise<void>
}

/** The history of a checkout, which fetches what is missing of it, and no more. */
export function openRemoteHistory(remote: ForgeRemote): RemoteHistory {
  const git = createGit(remote.directory, remote.environment)
  const source = { git, remote }
  return {
    between: (base, head) => between(base, head, source),
    last: (head) => last(head, source),
    bring: (point) => bring(point, source),
  }
}

interface Source {
  git: Git
  remote: ForgeRemote
}

async function between(base: Point, head: Point | null, source: Source): Promise<Span | AppError> {
  const { git } = source
  const isOurs = (await sourceOf(source.remote)) === 'origin'
  const kept = { git, isOurs, fetched: null }
  const here = await spanHere(base, head, kept)
  if (here) return here
  let refusal: FetchRefusal = null
  for (const depth of (await isShallow(git)) ? depths : [null]) {
    const to = head ?? { branch: null, id: await commitOf(git, 'HEAD') }
    const answer = await fetchPoints([to, base], depth, source)
    refusal = answer.refusal
    const span = await spanHere(base, head, { ...kept, fetched: answer.branches })
    if (span) return span
    // What the server does not give at one depth it does not give at another.
    if (refusal) break
  }
  return refusal === null ? unrelated((await isShallow(git)) ? depths.at(-1) : undefined) : notFetched(refusal)
}

async function bring({ branch, id }: Point, { git, remote }: Source): Promise<void> {
  const wanted = id ?? (branch === null ? null : trackingOf(branch))
  // A fork may have put anything there.
  const isDoubtful = id === null && (await sourceOf(remote)) !== 'origin'
  const choices = [...(id === null ? [] : [id]), ...(branch === null ? [] : [refspecOf(branch)])]
  for (const choice of choices) {
    if (!isDoubtful && (wanted === null || (await commitOf(git, wanted)) !== null)) return
    await fetchFrom(remote, [choice], (await isShallow(git)) ? 1 : null)
  }
}

async function last(head: Point | null, source: Source): Promise<{ parent: string | null; id: string }> {
  const { git } = source
  const kept = { git, isOurs: true, fetched: new Set<string>() }
  const find = async (fetched: ReadonlySet<string>) => (head === null ? commitOf(git, 'HEAD') : here(head, { ...kept, fetched }))
  const known = await find(kept.fetched)
  const answer = known === null && head !== null ? await fetchPoints([head], (await isShallow(git)) ? 2 : null, source) : null
  const id = known ?? (await find(answer?.branches ?? kept.fetched))
  if (id === null) throw notFetched(answer?.refusal ?? 'from anywhere: there is no such commit')
  if ((await commitOf(git, `${id}^`)) === null && (await isShallow(git))) await fetchFrom(source.remote, [id], 2)
  return { id, parent: await commitOf(git, `${id}^`) }
}

function notFetched(reason: string): AppError {
  return new AppError('GIT_FAILED', `The commits of the change could not be fetched ${reason}.`, {
    hint: 'In a job, give it `permissions: contents: read` or check out with `fetch-depth: 0`; elsewhere, fetch them yourself: git fetch --unshallow.',
  })
}

function unrelated(depth: number | undefined): AppError {
  const within = depth === undefined ? '' : ` among the last ${depth} of either`
  return new AppError('REF_UNKNOWN', `The two ends of the change have no commit in common${within}.`, {
    hint: 'Fetch more history (`fetch-depth: 0` in a job, else `git fetch --unshallow`), or name another base.',
  })
}

interface Fetched {
  refusal: FetchRefusal
  /** Names that are now what the server says they are. */
  branches: ReadonlySet<string>
}

/** One by one: of several that are asked for at once, git deepens only those that it does not have. */
async function fetchPoints(points: readonly Point[], depth: number | null, { remote }: Source): Promise<Fetched> {
  const refusals: FetchRefusal[] = []
  const branches = new Set<string>()
  for (const point of points) {
    const { refusal, choice } = await fetchAny(refspecsOf(point), { remote, depth })
    refusals.push(refusal)
    if (point.branch !== null && choice !== null && choice !== point.id) branches.add(point.branch)
  }
  return { refusal: refusals.find((refusal) => refusal !== null) ?? null, branches }
}

async function fetchAny(choices: readonly string[], { remote, depth }: { remote: ForgeRemote; depth: number | null }) {
  let refusal: FetchRefusal = null
  for (const choice of choices) {
    refusal = await fetchFrom(remote, [choice], depth)
    if (refusal === null) return { refusal, choice }
  }
  return { refusal, choice: null }
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
  /** `origin` is this repository; a checkout of a fork calls the fork so, which can say anything of its branches. */
  isOurs: boolean
  /** The names that we have just brought up to date; null: nothing was asked yet, so what is doubtful counts as missing. */
  fetched: ReadonlySet<string> | null
}

async function spanHere(base: Point, head: Point | null, knowledge: Knowledge): Promise<Span | null> {
  const { git } = knowledge
  const [from, to] = await Promise.all([here(base, knowledge), head === null ? commitOf(git, 'HEAD') : here(head, knowledge)])
  if (from === null || to === null) return null
  const { code, stdout } = await git.run(['merge-base', from, to])
  return code === 0 ? { from: stdout.toString('latin1').trim(), to } : null
}

/** A branch that was not just fetched is used only where it has what the event tells of, and is this repository's. */
async function here({ branch, id }: Point, { git, isOurs, fetched }: Knowledge): Promise<string | null> {
  const known = id === null ? null : await commitOf(git, id)
  if (branch === null) return known
  const tip = (await commitOf(git, trackingOf(branch))) ?? (id === null ? await commitOf(git, `refs/tags/${branch}`) : null)
  if (fetched?.has(branch)) return tip ?? known
  if (fetched !== null && known !== null) return known
  if (tip === null || (!isOurs && tip !== id)) return null
  if (id === null || tip === id) return tip
  return known !== null && (await git.run(['merge-base', '--is-ancestor', known, tip])).code === 0 ? tip : null
}

async function commitOf(git: Git, name: string): Promise<string | null> {
  const { code, stdout } = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
  return code === 0 ? stdout.toString('latin1').trim() : null
}

async function isShallow(git: Git): Promise<boolean> {
  return (await git.ask(['rev-parse', '--is-shallow-repository'])).toString('latin1').trim() === 'true'
}
