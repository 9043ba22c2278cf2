import type { ChangedFile } from '../../../domain/change.ts'
import { type AddedMatch, addedMatches, findingAt, type Layer } from './added-matches.ts'
import type { CheckContext, CheckFinding } from './check.ts'

/** One thing that a check looks for, and how it is told. */
export interface PatternRule {
  /** Names of languages, or null for every language that is known. */
  languages: readonly string[] | null
  layer: Layer
  /** Global. */
  pattern: RegExp
  /** Null for a match that is none on a second look. */
  tell: (match: AddedMatch, file: ChangedFile) => Pick<CheckFinding, 'title' | 'message' | 'milder'> | null
}

/** Applies rules to the added lines of a file; a line is told once for each title. */
export async function applyRules(file: ChangedFile, context: CheckContext, rules: readonly PatternRule[]): Promise<CheckFinding[]> {
  const found = await Promise.all(rules.map((rule) => applyRule(file, context, rule)))
  const byKey = new Map<string, CheckFinding>()
  for (const finding of found.flat()) {
    const key = `${finding.region.startLine} ${finding.title}`
    if (!byKey.has(key)) byKey.set(key, finding)
  }
  return [...byKey.values()]
}

async function applyRule(
  file: ChangedFile,
  context: CheckContext,
  { languages, layer, pattern, tell }: PatternRule,
): Promise<CheckFinding[]> {
  const isRelevant = (language: string | null) => language !== null && (languages === null || languages.includes(language))
  const passages = await context.passages(file, 'new')
  if (!passages.some(({ language }) => isRelevant(language))) return []
  const matches = await addedMatches(file, context, { pattern, layer })
  return matches.flatMap((match) => {
    const told = isRelevant(match.passage.language) ? tell(match, file) : null
    return told === null ? [] : [findingAt(file, match, told)]
  })
}

/** The last line of code before an offset that is not blank, for a look at what a match depends on. */
export function codeLineBefore({ passage, index }: Pick<AddedMatch, 'passage' | 'index'>): string {
  const before = (passage.code ?? '').slice(Math.max(0, index - 400), index)
  const lines = before.split('\n').slice(0, -1)
  return lines.findLast((line) => line.trim() !== '') ?? ''
}
