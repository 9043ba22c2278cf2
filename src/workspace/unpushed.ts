import type { Git } from './git.ts'
import { records } from './list-files.ts'
import { pathText } from './path-bytes.ts'

/** One ref of a push, as ids: what it is here, and what it was there; null where it is not there yet. */
export interface PushedRef {
  local: string
  remote: string | null
}

/** What a remote does not have yet, as the difference of two trees. */
export interface UnpushedRange {
  from: string
  to: string
  /** The files that the new commits touch, where the difference also shows what the remote has; null: all of it is new. */
  paths: ReadonlySet<string> | null
}

interface PushDestination {
  git: Git
  emptyTree: string
  /** As git names it to its hook: a remote of the configuration, or an address. */
  remote: string
  signal: AbortSignal
}

/** Commits whose parents are compared; further ones make no range better. */
const mostBoundaries = 50

/** What each ref brings that the remote does not have: nothing twice, nothing that came with another ref. Refs that are no commits bring nothing. */
export async function findUnpushed(refs: readonly PushedRef[], destination: PushDestination): Promise<UnpushedRange[]> {
  const { git, remote, signal } = destination
  const commitOf = await findCommits(git, refs, signal)
  const remotes = await remoteOption(git, remote, signal)
  const known = new Set(refs.flatMap((ref) => commitOf(ref.remote) ?? []))
  const ranges: UnpushedRange[] = []
  for (const ref of refs) {
    const tip = commitOf(ref.local)
    if (tip === null || known.has(tip)) continue
    const range = await rangeTo(tip, { ...destination, excluded: [...known, remotes], previous: commitOf(ref.remote) })
    if (range) ranges.push(range)
    known.add(tip)
  }
  return ranges
}

/** The commits behind the ids, through any tag; null for what is not here, or is no commit. */
async function findCommits(git: Git, refs: readonly PushedRef[], signal: AbortSignal): Promise<(id: string | null) => string | null> {
  const ids = [...new Set(refs.flatMap(({ local, remote }) => (remote === null ? [local] : [local, remote])))]
  const input = ids.map((id) => `${id}^{commit}\n`).join('')
  const answers = (await git.ask(['cat-file', '--batch-check=%(objectname)'], { signal, input })).toString('latin1').split('\n')
  const found = new Map(ids.map((id, index) => [id, /^[0-9a-f]{40,64}$/.exec(answers[index] ?? '')?.[0] ?? null]))
  return (id) => (id === null ? null : (found.get(id) ?? null))
}

/** A push to an address has no branches of its own here; what is at any remote has been reviewed on its way there. */
async function remoteOption(git: Git, remote: string, signal: AbortSignal): Promise<string> {
  const names = (await git.ask(['remote'], { signal })).toString('utf8').split('\n')
  return names.includes(remote) ? `--remotes=${remote}` : '--remotes'
}

interface Bounds extends PushDestination {
  excluded: readonly string[]
  /** Where the ref was at the remote, if that is here. */
  previous: string | null
}

async function rangeTo(tip: string, { git, signal, excluded, previous, emptyTree }: Bounds): Promise<UnpushedRange | null> {
  const output = await git.ask(['rev-list', '--boundary', tip, '--not', ...excluded], { signal })
  const listed = output.toString('latin1').trimEnd().split('\n')
  const commits = listed.filter((line) => line !== '' && !line.startsWith('-'))
  if (commits.length === 0) return null
  const boundaries = await independent(
    listed.flatMap((line) => (line.startsWith('-') ? line.slice(1) : [])),
    { git, signal },
  )
  const [first = emptyTree, ...others] = boundaries
  if (others.length === 0) return { from: first, to: tip, paths: null }
  // The new commits stand on several that are known, as after a merge: no tree has all that is known and nothing else.
  const from = previous !== null && boundaries.includes(previous) ? previous : first
  return { from, to: tip, paths: await touchedBy(commits, { git, signal }) }
}

/** Without those that others contain. */
async function independent(commits: readonly string[], { git, signal }: Pick<Bounds, 'git' | 'signal'>): Promise<readonly string[]> {
  if (commits.length < 2) return commits
  const output = await git.ask(['merge-base', '--independent', ...commits.slice(0, mostBoundaries)], { signal })
  return output.toString('latin1').trimEnd().split('\n')
}

/** Of a merge only what it has from none of its sides. */
async function touchedBy(commits: readonly string[], { git, signal }: Pick<Bounds, 'git' | 'signal'>): Promise<Set<string>> {
  const args = ['diff-tree', '--stdin', '-r', '-c', '--root', '-z', '--name-only', '--no-renames', '--no-commit-id']
  const output = await git.ask(args, { signal, input: `${commits.join('\n')}\n` })
  return new Set(records(output).map(pathText))
}
