import type { Tree } from '../domain/change.ts'
import { AppError } from '../domain/errors.ts'
import type { Selector } from '../domain/selector.ts'
import type { Git } from './git.ts'
import type { ObjectReader } from './object-reader.ts'
import { findHead, requireCommit } from './resolve-commit.ts'

/** The two sides of a change, and how to tell git about them. */
export interface Sides {
  description: string
  old: Tree
  new: Tree
  /** Arguments of `git diff`: ids and options of ours, nothing that a user or a repository names. */
  diffArguments: readonly string[]
}

interface Repository {
  git: Git
  objects: ObjectReader
  emptyTree: string
  signal: AbortSignal
}

const short = (id: string) => id.slice(0, 7)

/** Turns a selector into two trees. Throws `REF_UNKNOWN` for a name that is not a commit here. */
export async function resolveSelector(selector: Exclude<Selector, { kind: 'patch' }>, repository: Repository): Promise<Sides> {
  const { git, signal, emptyTree } = repository
  switch (selector.kind) {
    case 'working':
      // For an unmerged file, our side, where plain `git diff` would print a combined diff.
      return { description: 'unstaged changes', old: { kind: 'index' }, new: { kind: 'working' }, diffArguments: ['--ours'] }
    case 'staged':
    case 'uncommitted':
      return againstHead(selector.kind, repository)
    case 'commit':
      return ofCommit(selector.rev, repository)
    case 'range': {
      if (selector.from === emptyTree) return upTo(await requireCommit(git, selector.to, signal), emptyTree)
      const [from, to] = await Promise.all([requireCommit(git, selector.from, signal), requireCommit(git, selector.to, signal)])
      return betweenCommits(`${short(from)}..${short(to)}`, from, to)
    }
    case 'base': {
      const [base, head] = await Promise.all([requireCommit(git, selector.ref, signal), requireCommit(git, 'HEAD', signal)])
      const ancestor = await mergeBase(git, { ref: selector.ref, base, head, signal })
      return betweenCommits(`changes since ${selector.ref} (${short(ancestor)}..${short(head)})`, ancestor, head)
    }
  }
}

/** Git's own name for a tree without files stands for what is before the first commit. */
function upTo(id: string, emptyTree: string): Sides {
  return {
    description: `everything up to ${short(id)}`,
    old: { kind: 'empty' },
    new: { kind: 'commit', id },
    diffArguments: [emptyTree, id],
  }
}

function betweenCommits(description: string, old: string, newId: string): Sides {
  return { description, old: { kind: 'commit', id: old }, new: { kind: 'commit', id: newId }, diffArguments: [old, newId] }
}

async function againstHead(kind: 'staged' | 'uncommitted', { git, emptyTree, signal }: Repository): Promise<Sides> {
  const head = await findHead(git, signal)
  const old: Tree = head ? { kind: 'commit', id: head } : { kind: 'empty' }
  const id = head ?? emptyTree
  return kind === 'staged'
    ? { description: 'staged changes', old, new: { kind: 'index' }, diffArguments: ['--cached', id] }
    : { description: 'uncommitted changes', old, new: { kind: 'working' }, diffArguments: [id] }
}

/** A merge is compared with its first parent: a combined diff leaves out what either side brought. */
async function ofCommit(rev: string, { git, objects, emptyTree, signal }: Repository): Promise<Sides> {
  const id = await requireCommit(git, rev, signal)
  const commit = await objects.read(Buffer.from(id))
  // The object itself names its parents also where a shallow clone ends, while `rev^` would call it a root.
  const parent = /^parent ([0-9a-f]+)$/m.exec(commit?.bytes.toString('latin1').split('\n\n', 1)[0] ?? '')?.[1]
  const description = `commit ${short(id)}`
  if (!parent) return { description, old: { kind: 'empty' }, new: { kind: 'commit', id }, diffArguments: [emptyTree, id] }
  if (!(await objects.read(Buffer.from(parent)))) {
    throw new AppError('REF_UNKNOWN', `The parent of ${short(id)} is not in this shallow clone.`, {
      hint: 'Fetch it: git fetch --deepen=1',
    })
  }
  return betweenCommits(description, parent, id)
}

async function mergeBase(
  git: Git,
  { ref, base, head, signal }: { ref: string; base: string; head: string; signal: AbortSignal },
): Promise<string> {
  const ancestor = await git.askAbout(['merge-base', '--end-of-options', base, head], signal)
  if (ancestor) return ancestor
  throw new AppError('REF_UNKNOWN', `${ref} and HEAD have no common ancestor here.`, {
    hint: 'In a shallow clone, fetch more history: git fetch --deepen=200 (or --unshallow). Otherwise compare the two with --range.',
  })
}
