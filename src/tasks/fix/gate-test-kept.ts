import type { CheckFinding } from '../review/checks/check.ts'
import { assertionStyleOf } from '../review/checks/assertions.ts'
import { createCheckContext } from '../review/checks/check-context.ts'
import { isTestPath } from '../review/checks/file-roles.ts'
import { focusedTests } from '../review/checks/focused-tests.ts'
import { skippedTests } from '../review/checks/skipped-tests.ts'
import { weakenedAssertions } from '../review/checks/weakened-assertions.ts'
import { changedFile } from './changed-file.ts'
import type { Edit, Refused } from './edit.ts'

/** No test was deleted, skipped or singled out, no assertion asks for less, no threshold was lowered. */
export async function gateTestKept({ path, before, after }: Edit): Promise<Refused | null> {
  const file = changedFile(path, before, after)
  const context = createCheckContext({
    change: { description: '', old: { kind: 'working' }, new: { kind: 'working' }, files: [file] },
    signal: new AbortController().signal,
    readNew: async () => after,
    readOld: async () => before,
    listNew: async () => [path],
    isGenerated: () => false,
  })
  for (const check of [skippedTests, focusedTests, weakenedAssertions]) {
    const [found] = await check.run(context)
    if (found) return refused(tell(found))
  }
  if (!isTestPath(path)) return null
  const passages = { old: await context.passages(file, 'old'), new: await context.passages(file, 'new') }
  const style = assertionStyleOf(passages.new[0]?.language ?? null)
  if (style === null) return null
  const count = (side: 'old' | 'new', pattern: RegExp) =>
    passages[side].reduce((sum, { code }) => sum + (code?.match(pattern)?.length ?? 0), 0)
  if (count('new', style.test) < count('old', style.test)) return refused('A test was deleted.')
  if (count('new', style.assertion) < count('old', style.assertion)) return refused('An assertion was deleted.')
  return null
}

const tell = ({ title, region }: CheckFinding) => `Line ${region.startLine ?? 1}: ${title}.`

const refused = (reason: string): Refused => ({ gate: 'test-kept', reason: `${reason} Tests stay as strict as they are.` })
