import { factsOf } from './check-facts.ts'
import type { Change, ChangedFile, Hunk } from '../../../domain/change.ts'
import { excerpt } from './added-matches.ts'
import { assertionStyleOf } from './assertions.ts'
import { type Check, type CheckContext, type CheckFinding, perFile } from './check.ts'
import { findLoweredThresholds } from './coverage-thresholds.ts'
import { isTestPath } from './file-roles.ts'
import { folded } from './moved-lines.ts'
import { codeByLine, numberOn } from './passages.ts'
import { countOf, type Edit, findWeakenedLines, shown, type TestLine } from './weakened-lines.ts'

/** Tests that pass after the change because they ask for less. */
export const weakenedAssertions: Check = {
  ...factsOf('weakened-assertions'),
  async run(context) {
    const moved = movedLines(context.change)
    const run = perFile(async (file) => [...(await findWeakened(file, context, moved)), ...findLoweredThresholds(file)], 'handwritten')
    return run(context)
  },
}

async function findWeakened(file: ChangedFile, context: CheckContext, moved: ReadonlySet<string>): Promise<CheckFinding[]> {
  if (file.kind !== 'text' || file.status === 'deleted') return []
  const passages = await context.passages(file, 'new')
  const [first] = passages
  const style = assertionStyleOf(first?.language ?? null)
  const hasTests = isTestPath(file.path) || (first?.language === 'rust' && passages.some(({ code }) => code?.includes('#[cfg(test)]')))
  if (!hasTests || style === null) return []
  const codeOf = { new: codeByLine(passages), old: codeByLine(await context.passages(file, 'old')) }
  return file.hunks.flatMap((hunk) => {
    const pick = (kind: 'added' | 'removed', side: 'new' | 'old') =>
      hunk.lines.flatMap((line): TestLine[] => {
        const code = line.kind === kind ? codeOf[side](numberOn(side, line) ?? 0) : null
        return code === null || code.trim() === '' || moved.has(folded(line.text))
          ? []
          : [{ line, text: line.text.replace(/\r$/, ''), code }]
      })
    const edit = { removed: pick('removed', 'old'), added: pick('added', 'new'), style, near: nearOf(hunk) }
    const lineByLine = findWeakenedLines(file, edit)
    return lineByLine.length > 0 ? lineByLine : judgeCounts(file, edit)
  })
}

function nearOf({ lines, newStart }: Hunk): number {
  const at = lines.findIndex(({ kind }) => kind === 'removed')
  return lines.slice(0, at).findLast(({ newLine }) => newLine !== null)?.newLine ?? newStart
}

/** Text that stands on both sides of the change. */
function movedLines({ files }: Change): Set<string> {
  const lines = files.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.lines))
  const added = new Set(lines.flatMap(({ kind, text }) => (kind === 'added' ? [folded(text)] : [])))
  return new Set(lines.flatMap(({ kind, text }) => (kind === 'removed' && added.has(folded(text)) ? [folded(text)] : [])))
}

/** One deep comparison, or a table of cases, may stand for many assertions. */
const collects =
  /\.(?:toEqual|toStrictEqual|toMatchObject|toMatchInlineSnapshot|toMatchSnapshot|deepEqual|deepStrictEqual)\b|\.each\b|\bparametrize\b|\bfor\b|@ParameterizedTest|\[Theory|\.forEach\(|\bassertAll\b/

function judgeCounts({ path }: ChangedFile, { removed, added, style, near }: Edit): CheckFinding[] {
  const total = (lines: readonly TestLine[], pattern: RegExp) => lines.reduce((sum, { code }) => sum + countOf(pattern, code), 0)
  const [before, after] = [total(removed, style.assertion), total(added, style.assertion)]
  // A test that is gone is a decision that everybody sees.
  if (after >= before || total(removed, style.test) > total(added, style.test)) return []
  if (added.some(({ text }) => collects.test(text)) && after > 0) return []
  const anchor = added.find(({ code }) => countOf(style.assertion, code) > 0) ?? added[0]
  const gone = removed.filter(({ code }) => countOf(style.assertion, code) > 0)
  const startLine = anchor?.line.newLine ?? null
  const where = startLine === null ? ` near line ${near}` : ''
  return [
    {
      title: `${before} ${before === 1 ? 'assertion' : 'assertions'} removed, ${after} added`,
      message: `The test${where} still runs, and asks for less: \`${shown(gone[0])}\` is gone. What it guarded can break without a failing test.`,
      region: { path, startLine, endLine: startLine },
      evidence: excerpt(anchor?.text ?? gone.map(({ text }) => text).join('\n'), 0),
    },
  ]
}
