import type { Diagnostic } from '../../../domain/diagnostic.ts'
import { type LineReader, newDiagnostics } from '../../../domain/new-diagnostics.ts'
import { type LintableFile, touchedLines } from './lintable-files.ts'

export interface Sides {
  /** Texts of the new side and of the base; null for what is not there. */
  readNew(path: string): Promise<string | null>
  readOld(path: string): Promise<string | null>
  /** What the same tool says about files of the base; null where it cannot say. */
  lintBase(paths: readonly string[]): Promise<readonly Diagnostic[] | null>
}

export interface Fresh {
  fresh: Diagnostic[]
  /** Whether complaints that may be older than the change are left out, because the tool could not look at the base. */
  isUndecided: boolean
}

/**
 * What one tool says on lines of a change and did not say about the base. The base is asked about only where it can matter: a complaint
 * about a line whose text the base does not have is new.
 */
export async function freshDiagnostics(
  diagnostics: readonly Diagnostic[],
  files: ReadonlyMap<string, LintableFile>,
  sides: Sides,
): Promise<Fresh> {
  const isTouching = (diagnostic: Diagnostic) => {
    const file = files.get(diagnostic.path)
    return file !== undefined && (diagnostic.range === null || touchedLines(diagnostic, file).length > 0)
  }
  const candidates = diagnostics.filter(isTouching)
  const texts = await readTexts(candidates, files, sides)
  const doubtful = new Set(candidates.filter((diagnostic) => texts.mayBeOld(diagnostic)))
  if (doubtful.size === 0) return { fresh: candidates, isUndecided: false }

  const concerned = new Set([...doubtful].map(({ path }) => path))
  const base = await sides.lintBase([...concerned].map((path) => files.get(path)?.basePath ?? path))
  if (base === null) return { fresh: candidates.filter((diagnostic) => !doubtful.has(diagnostic)), isUndecided: true }
  const newPaths = new Map([...concerned].map((path) => [files.get(path)?.basePath ?? path, path]))
  const before = base.flatMap((diagnostic) => {
    const path = newPaths.get(diagnostic.path)
    return path === undefined ? [] : [{ ...diagnostic, path }]
  })
  // Of equal complaints, those on lines that were there before are the old ones.
  const after = diagnostics.filter(({ path }) => concerned.has(path)).toSorted((a, b) => Number(isTouching(a)) - Number(isTouching(b)))
  const found = new Set(newDiagnostics({ diagnostics: before, lineOf: texts.oldLine }, { diagnostics: after, lineOf: texts.newLine }))
  return { fresh: candidates.filter((diagnostic) => !doubtful.has(diagnostic) || found.has(diagnostic)), isUndecided: false }
}

interface Texts {
  /** Both by the new path. */
  oldLine: LineReader
  newLine: LineReader
  mayBeOld(diagnostic: Diagnostic): boolean
}

async function readTexts(
  diagnostics: readonly Diagnostic[],
  files: ReadonlyMap<string, LintableFile>,
  { readNew, readOld }: Pick<Sides, 'readNew' | 'readOld'>,
): Promise<Texts> {
  const [oldLines, newLines] = [new Map<string, readonly string[]>(), new Map<string, readonly string[]>()]
  const known = new Map<string, ReadonlySet<string>>()
  for (const path of new Set(diagnostics.map((diagnostic) => diagnostic.path))) {
    const basePath = files.get(path)?.basePath ?? null
    const [old, now] = await Promise.all([basePath === null ? null : readOld(basePath), readNew(path)])
    newLines.set(path, (now ?? '').split('\n'))
    if (old === null) continue
    oldLines.set(path, old.split('\n'))
    known.set(path, new Set(old.split('\n').map(squeezed)))
  }
  return {
    oldLine: (path, line) => oldLines.get(path)?.[line - 1],
    newLine: (path, line) => newLines.get(path)?.[line - 1],
    mayBeOld({ path, range }) {
      const lines = known.get(path)
      if (lines === undefined) return false
      return range === null || lines.has(squeezed(newLines.get(path)?.[range.startLine - 1] ?? ''))
    },
  }
}

/** As the identity of a complaint has it. */
const squeezed = (line: string) => line.replaceAll(/\s+/g, '')
