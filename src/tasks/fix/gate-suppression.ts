import { addedMatches } from '../review/checks/added-matches.ts'
import type { CheckContext } from '../review/checks/check.ts'
import { createCheckContext } from '../review/checks/check-context.ts'
import { withoutMoved } from '../review/checks/moved-lines.ts'
import { applyRules, type PatternRule } from '../review/checks/pattern-rules.ts'
import { suppressionRules } from '../review/checks/suppressions.ts'
import { changedFile } from './changed-file.ts'
import type { Edit, Refused } from './edit.ts'

/** Where a review asks for reasons, a repair has none: whatever takes the word from a tool is no repair. */
const harsher: readonly PatternRule[] = [
  rule(['javascript', 'component'], 'comments', /@ts-(?:expect-error|ignore|nocheck)\b/g),
  rule(null, 'comments', /\/\*\s{0,20}(?:eslint(?:-env)?\s{1,20}[\w@/-]|globals?\s|exported\s)/g),
  rule(null, 'comments', /\b(?:prettier-ignore|fmt:\s{0,4}(?:off|skip)|yapf:\s{0,4}disable|isort:\s{0,4}(?:skip|off)|rustfmt::skip)/g),
  rule(['python'], 'code', /\bcast\(\s{0,20}(?:typing\.)?Any\b|(?::|->)\s{0,20}(?:typing\.)?Any\b|@(?:typing\.)?no_type_check\b/g),
  rule(['rust'], 'code', /#!?\[(?:expect|cfg_attr)\s{0,20}\(|#\[rustfmt::skip/g),
  rule(['go'], 'code', /\binterface\{\}\(|\bany\(/g),
]

function rule(languages: PatternRule['languages'], layer: PatternRule['layer'], pattern: RegExp): PatternRule {
  return {
    languages,
    layer,
    pattern,
    tell: ({ groups }) => ({ title: `${(groups[0] ?? '').trim()} silences a tool`, message: '' }),
  }
}

/** Comments of languages that no table knows, such as Markdown, CSS and YAML. */
const anywhere =
  /(?:eslint|stylelint|oxlint|biome|markdownlint|yamllint|hadolint|shellcheck|prettier)[ -](?:disable|ignore)|\bnoqa\b|\bnolint\b|\bNOLINT\b|rubocop:\s{0,4}disable/g

/** No comment, attribute or cast was added that keeps a tool from speaking. */
export async function gateSuppression({ path, before, after }: Edit): Promise<Refused | null> {
  const file = changedFile(path, before, after)
  const change = { description: '', old: { kind: 'working' }, new: { kind: 'working' }, files: [file] } as const
  const context: CheckContext = createCheckContext({
    change,
    signal: new AbortController().signal,
    readNew: async () => after,
    readOld: async () => before,
    listNew: async () => [path],
    isGenerated: () => false,
  })
  const [found] = withoutMoved(await applyRules(file, context, [...suppressionRules, ...harsher]), change)
  if (found) return refused(found.region.startLine, found.title)
  const [match] = await addedMatches(file, context, { pattern: anywhere, layer: 'text' })
  return match && count(after) > count(before) ? refused(match.startLine, `${match.groups.join('')} silences a tool`) : null
}

const count = (text: string) => [...text.matchAll(anywhere)].length

function refused(line: number | null, title: string): Refused {
  return { gate: 'suppression', reason: `Line ${line ?? 1}: ${title}. Repair the cause instead of hiding it.` }
}
