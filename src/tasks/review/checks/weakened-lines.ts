import type { ChangedFile, DiffLine } from '../../../domain/change.ts'
import { excerpt } from './added-matches.ts'
import { type AssertionStyle, isTautology, saysLittle, weakSubject, widenings } from './assertions.ts'
import type { CheckFinding } from './check.ts'
import { isSamplePath } from './file-roles.ts'
import { folded } from './moved-lines.ts'

/** A changed line of a test, as it stands and without its strings and comments. */
export interface TestLine {
  line: DiffLine
  text: string
  code: string
}

/** What a hunk takes away and what it adds, without the lines that it only moves. */
export interface Edit {
  removed: readonly TestLine[]
  added: readonly TestLine[]
  style: AssertionStyle
  /** A line of the new side, to say where. */
  near: number
}

/** Each added line is compared with so many removed ones; a larger edit is a rewrite. */
const maxCompared = 500

/** Finds added assertions that ask for less than a removed one did, or for nothing. */
export function findWeakenedLines(file: ChangedFile, edit: Edit): CheckFinding[] {
  const removed = edit.removed.slice(0, maxCompared)
  const strong = removed.filter(({ text, code }) => countOf(edit.style.assertion, code) > 0 && !saysLittle(text))
  return edit.added.flatMap((line) => {
    const told = tautology(file, line, edit) ?? widened(line, removed) ?? weakened(line, strong)
    if (told === null) return []
    const region = { path: file.path, startLine: line.line.newLine, endLine: line.line.newLine }
    return [{ ...told, region, evidence: excerpt(line.text, 0) }]
  })
}

type Told = Pick<CheckFinding, 'title' | 'message'> | null

function tautology({ path }: ChangedFile, { text, code }: TestLine, { style }: Edit): Told {
  if (!isTautology(text) || isSamplePath(path) || countOf(style.assertion, code) === 0) return null
  return {
    title: 'Assertion that cannot fail',
    message: 'This passes whatever the program does, so the test guards nothing. Assert what the program has computed.',
  }
}

function widened({ text }: TestLine, removed: readonly TestLine[]): Told {
  const widening = widenings.find(({ wide }) => wide.test(text))
  const narrow = widening && removed.find((old) => widening.narrow.test(old.text) && !widening.wide.test(old.text))
  if (!narrow) return null
  return {
    title: 'Expected error widened',
    message: `Before the change the test asked for one error (\`${shown(narrow)}\`); now any error passes, also one from another cause.`,
  }
}

function weakened({ text }: TestLine, strong: readonly TestLine[]): Told {
  const subject = weakSubject(text)
  const stronger = subject === null ? undefined : strong.find((old) => speaksOf(old.text, subject))
  if (!stronger) return null
  return {
    title: 'Assertion weakened',
    message: `Before the change the test compared a value (\`${shown(stronger)}\`); now nearly every value passes.`,
  }
}

/** Whether the subject stands in a line as a whole, not as a part of a longer name. */
function speaksOf(line: string, subject: string): boolean {
  for (let at = line.indexOf(subject); at !== -1; at = line.indexOf(subject, at + 1)) {
    if (!/[\w$]/.test(line.charAt(at - 1)) && !/[\w$]/.test(line.charAt(at + subject.length))) return true
  }
  return false
}

/** A removed line for a message: without what its strings say, since that may be a secret. */
export function shown(line: TestLine | undefined): string {
  return excerpt(folded(line?.code ?? ''), 0).slice(0, 100)
}

export function countOf(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0
}
