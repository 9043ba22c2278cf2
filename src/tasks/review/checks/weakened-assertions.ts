import type { Change, ChangedFile, DiffLine, Hunk } from '../../../domain/change.ts'
import { excerpt } from './added-matches.ts'
import { type AssertionStyle, assertionStyleOf, isTautology, weakSubject, widenings } from './assertions.ts'
import { type Check, type CheckContext, type CheckFinding, perFile } from './check.ts'
import { findLoweredThresholds } from './coverage-thresholds.ts'
import { isTestPath } from './file-roles.ts'
import { folded } from './moved-lines.ts'
import { codeByLine, numberOn } from './passages.ts'

/** A changed line of a test, as it stands and without its strings and comments. */
interface TestLine {
  line: DiffLine
  text: string
  code: string
}

/** What a hunk takes away and what it adds, without the lines that it only moves. */
interface Edit {
  removed: readonly TestLine[]
  added: readonly TestLine[]
  style: AssertionStyle
  /** First line of the new side, to say where. */
  near: number
}

/** Tests that pass after the change because they ask for less. */
export const weakenedAssertions: Check = {
  name: 'weakened-assertions',
  summary: 'Assertions that were removed or ask for less, and lowered coverage thresholds, let defects pass.',
  defaultSeverity: 'warning',
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
    return judge(file, { removed: pick('removed', 'old'), added: pick('added', 'new'), style, near: nearOf(hunk) })
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

function judge(file: ChangedFile, edit: Edit): CheckFinding[] {
  const lineByLine = edit.added.flatMap((line) => judgeAdded(file, line, edit))
  return lineByLine.length > 0 ? lineByLine : judgeCounts(file, edit)
}

function judgeAdded(file: ChangedFile, { line, text, code }: TestLine, { removed, style }: Edit): CheckFinding[] {
  const region = { path: file.path, startLine: line.newLine, endLine: line.newLine }
  const evidence = excerpt(text, 0)
  if (isTautology(text) && count(style.assertion, code) > 0) {
    return [
      {
        title: 'Assertion that cannot fail',
        message: 'This passes whatever the program does, so the test guards nothing. Assert what the program has computed.',
        region,
        evidence,
      },
    ]
  }
  const widening = widenings.find(({ wide }) => wide.test(text))
  const narrow = widening && removed.find((old) => widening.narrow.test(old.text) && !widening.wide.test(old.text))
  if (narrow) {
    return [
      {
        title: 'Expected error widened',
        message: `Before the change the test asked for one error (\`${excerpt(narrow.text.trim(), 0)}\`); now any error passes, also one from another cause.`,
        region,
        evidence,
      },
    ]
  }
  const subject = weakSubject(text)
  const strong =
    subject === null
      ? undefined
      : removed.find((old) => count(style.assertion, old.code) > 0 && weakSubject(old.text) === null && speaksOf(old.text, subject))
  if (!strong) return []
  return [
    {
      title: 'Assertion weakened',
      message: `Before the change the test compared a value (\`${excerpt(strong.text.trim(), 0)}\`); now nearly every value passes.`,
      region,
      evidence,
    },
  ]
}

/** Whether the subject stands in a line as a whole, not as a part of a longer name. */
function speaksOf(line: string, subject: string): boolean {
  for (let at = line.indexOf(subject); at !== -1; at = line.indexOf(subject, at + 1)) {
    if (!/[\w$]/.test(line.charAt(at - 1)) && !/[\w$]/.test(line.charAt(at + subject.length))) return true
  }
  return false
}

/** One deep comparison, or a table of cases, may stand for many assertions. */
const collects =
  /\.(?:toEqual|toStrictEqual|toMatchObject|toMatchInlineSnapshot|toMatchSnapshot|deepEqual|deepStrictEqual)\b|\.each\b|\bparametrize\b|\bfor\b|@ParameterizedTest|\[Theory|\.forEach\(|\bassertAll\b/

function judgeCounts({ path }: ChangedFile, { removed, added, style, near }: Edit): CheckFinding[] {
  const total = (lines: readonly TestLine[], pattern: RegExp) => lines.reduce((sum, { code }) => sum + count(pattern, code), 0)
  const [before, after] = [total(removed, style.assertion), total(added, style.assertion)]
  // A test that is gone is a decision that everybody sees.
  if (after >= before || total(removed, style.test) > total(added, style.test)) return []
  if (added.some(({ text }) => collects.test(text)) && after > 0) return []
  const anchor = added.find(({ code }) => count(style.assertion, code) > 0) ?? added[0]
  const gone = removed.filter(({ code }) => count(style.assertion, code) > 0).map(({ text }) => text)
  const startLine = anchor?.line.newLine ?? null
  const where = startLine === null ? ` near line ${near}` : ''
  return [
    {
      title: `${before} ${before === 1 ? 'assertion' : 'assertions'} removed, ${after} added`,
      message: `The test${where} still runs, and asks for less: \`${excerpt(gone[0]?.trim() ?? '', 0)}\` is gone. What it guarded can break without a failing test.`,
      region: { path, startLine, endLine: startLine },
      evidence: excerpt(anchor?.text ?? gone.join('\n'), 0),
    },
  ]
}

function count(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0
}
