import { posix } from 'node:path'
import { isAutomatic, parseMessage } from '../../domain/commit-message-parse.ts'
import type { CommitRules } from '../../domain/commit-message-rules.ts'

interface ScopeFacts {
  paths: readonly string[]
  /** Headers of the last commits, newest first. */
  history: readonly string[]
  rules: Pick<CommitRules, 'scopes' | 'scope'>
}

const packages = /^(?:packages|apps|libs|crates|modules|services|plugins)\/([^/]+)\//
/** Folders that say nothing about what is in them. */
const anonymous = new Set([
  'src',
  'lib',
  'app',
  'main',
  'java',
  'source',
  'sources',
  'include',
  'internal',
  'pkg',
  'cmd',
  'tests',
  'test',
  'spec',
  '__tests__',
  'e2e',
  'docs',
  'doc',
  'packages',
  'apps',
  'libs',
  'crates',
  'modules',
  'services',
  'plugins',
  '.github',
  'workflows',
])
const wellFormed = /^[\w$@.-]{2,30}$/
const maxScopes = 8
/** From here on, a history says how a project writes its messages. */
const enoughCommits = 10

/** The scopes that a message for these files may have: those that the project lists, or else those that its packages, history and folders suggest. */
export function chooseScopes({ paths, history, rules }: ScopeFacts): readonly string[] {
  if (rules.scope === 'forbidden') return []
  if (rules.scopes !== null) return rules.scopes
  const used = scopesOf(history)
  if (rules.scope === 'optional' && used.commits >= enoughCommits && used.counts.size === 0) return []
  const segments = new Set(paths.flatMap(segmentsOf))
  const candidates = [
    ...paths.flatMap((path) => packages.exec(path)?.[1] ?? []),
    ...[...used.counts.keys()].filter((scope) => segments.has(scope)),
    ...(used.counts.size === 0 || rules.scope === 'required' ? folders(paths) : []),
    ...[...used.counts].filter(([, count]) => count >= 3).map(([scope]) => scope),
  ]
  return [...new Set(candidates)].filter((scope) => wellFormed.test(scope)).slice(0, maxScopes)
}

/** How often each scope was used, most often first. */
function scopesOf(history: readonly string[]): { commits: number; counts: ReadonlyMap<string, number> } {
  const parsed = history.filter((header) => !isAutomatic(header)).flatMap((header) => parseMessage(header) ?? [])
  const conventional = parsed.filter(({ type }) => type !== null)
  const counts = new Map<string, number>()
  for (const { scope } of conventional) if (scope !== null) counts.set(scope, (counts.get(scope) ?? 0) + 1)
  return { commits: conventional.length, counts: new Map([...counts].toSorted(([, one], [, other]) => other - one)) }
}

/** Folder names of a path, and the name of the file without its ending. */
function segmentsOf(path: string): string[] {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  return [...parts, name.replace(/\..*$/, '')]
}

/** For each file the first folder that says something. Of many, none says what the change is about. */
function folders(paths: readonly string[]): string[] {
  const found = new Set(
    paths.map(
      (path) =>
        posix
          .dirname(path)
          .split('/')
          .find((part) => part !== '.' && !anonymous.has(part.toLowerCase())) ?? '',
    ),
  )
  return found.size <= 3 ? [...found].filter((folder) => folder !== '') : []
}
