import { lstat } from 'node:fs/promises'
import { posix } from 'node:path'
import type { Refuse } from './checked-file.ts'
import { PathRefused } from './checkout.ts'
import { findProgram } from './find-program.ts'
import type { Git } from './git.ts'
import type { Environment } from './git-environment.ts'
import { looksBinary } from './looks-binary.ts'
import { comparePaths, pathBytes } from './path-bytes.ts'
import { findWithGit } from './search-with-git.ts'
import { findWithRipgrep } from './search-with-ripgrep.ts'
import { commonPattern, literalPattern } from './search-pattern.ts'
import type { Search, SearchMatch } from './search-question.ts'

interface SearchContext {
  root: string
  git: Git
  environment: Environment
  refuse: Refuse
  read(path: string): Promise<Buffer>
  list(): Promise<readonly string[]>
  /** Milliseconds. */
  timeout: number
}

/** Lines that are collected before a search is ended. */
const maxCollected = 20_000
const atOnce = 16

/** How one of the programs is asked. */
export interface Searching {
  pattern: string
  /** The text behind the pattern, where it is one. */
  literal: string | null
  ignoreCase: boolean
  paths: readonly string[]
  maxMatches: number
  signal: AbortSignal
}

/**
 * Searches the files that git tracks or does not ignore, with ripgrep where it is installed and git otherwise: which one makes no difference to what
 * is found. The program only names lines; whoever shows them reads the files through the checkout, so nothing outside can be seen.
 */
export function createSearch({ root, git, environment, refuse, read, list, timeout }: SearchContext): Search {
  return async ({ pattern, isRegex, ignoreCase, isWanted, signal }) => {
    const words = { pattern: isRegex ? commonPattern(pattern) : literalPattern(pattern), literal: isRegex ? null : pattern }
    const wanted = (await list()).filter((path) => path.isWellFormed() && isWanted(path) && refuse(path, 'read') === null)
    const paths = await plainFiles(root, wanted)
    const ripgrep = findProgram('rg', { environment, notBelow: root })
    const deadline = AbortSignal.timeout(timeout)
    const searching = { ...words, ignoreCase, paths, maxMatches: maxCollected, signal: AbortSignal.any([signal, deadline]) }
    try {
      const found = await (ripgrep ? findWithRipgrep({ root, ripgrep }, searching) : findWithGit(git, searching))
      const matches = await inTextFiles(found, read)
      return {
        matches: matches.toSorted((a, b) => comparePaths(a.path, b.path) || a.line - b.line),
        isComplete: found.length < maxCollected,
      }
    } catch (error) {
      signal.throwIfAborted()
      if (deadline.aborted)
        throw new Error(`The search took longer than ${timeout / 1000} seconds. Name a folder, a glob or a simpler pattern.`, {
          cause: error,
        })
      throw error
    }
  }
}

/** Regular files that no link stands before: what a program is told to open, it would follow or wait for. */
async function plainFiles(root: string, paths: readonly string[]): Promise<string[]> {
  const folders = new Map<string, Promise<boolean>>()
  const isRealFolder = (folder: string): Promise<boolean> => {
    if (folder === '.') return Promise.resolve(true)
    const known = folders.get(folder) ?? isRealFolder(posix.dirname(folder)).then((above) => above && isKind(root, folder, 'isDirectory'))
    folders.set(folder, known)
    return known
  }
  const isPlain = async (path: string) => (await isRealFolder(posix.dirname(path))) && isKind(root, path, 'isFile')
  return filterAtOnce(paths, isPlain)
}

async function isKind(root: string, path: string, kind: 'isFile' | 'isDirectory'): Promise<boolean> {
  const stats = await lstat(pathBytes(posix.join(root, path))).catch(() => null)
  return stats?.[kind]() ?? false
}

/** Without the files that git would call binary, and those that are gone by now. */
async function inTextFiles(found: readonly SearchMatch[], read: SearchContext['read']): Promise<SearchMatch[]> {
  const paths = [...new Set(found.map(({ path }) => path))]
  const isText = async (path: string) => {
    try {
      return !looksBinary(await read(path))
    } catch (error) {
      if (error instanceof PathRefused) return false
      throw error
    }
  }
  const text = new Set(await filterAtOnce(paths, isText))
  return found.filter(({ path }) => text.has(path))
}

async function filterAtOnce(paths: readonly string[], isWanted: (path: string) => Promise<boolean>): Promise<string[]> {
  const kept = new Set<string>()
  const queue = paths.values()
  const work = async () => {
    for (const path of queue) if (await isWanted(path)) kept.add(path)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return paths.filter((path) => kept.has(path))
}
