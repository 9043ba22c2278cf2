import { type AnswerEdits, unreadable } from './answer-edits.ts'
import { readApplyPatch } from './read-apply-patch.ts'
import { readFence } from './read-fence.ts'
import { readMarkedBlocks } from './read-marked-blocks.ts'
import { readUnifiedDiff } from './read-unified-diff.ts'

/** Characters of an answer that are looked at; more is a model that repeats itself. */
const longestAnswer = 1_000_000

/**
 * Reads what a model answered to a request for a change: SEARCH/REPLACE blocks, or one fence with the new text. Unified diffs and patches of
 * the `apply_patch` kind are understood too, though never asked for. Linear in the answer, whatever it holds; never throws.
 */
export function readEdits(answer: string): AnswerEdits {
  if (answer.length > longestAnswer) return unreadable(`The answer is longer than ${longestAnswer} characters.`)
  const lines = withoutReasoning(answer)
  return readMarkedBlocks(lines) ?? readApplyPatch(lines) ?? readUnifiedDiff(lines) ?? readFence(lines)
}

const reasoningStart = /^\s*<(think|thinking|reasoning)>/i
const reasoningEnd = /^\s{0,8}<\/(?:think|thinking|reasoning)>\s{0,8}$/i

/** What comes after the reasoning, where drafts of the answer may stand. Its end is told from code about such tags by having a line of its own. */
function withoutReasoning(answer: string): string[] {
  const [, name] = reasoningStart.exec(answer) ?? []
  const end = name === undefined ? -1 : answer.indexOf(`</${name}>`)
  const lines = (end === -1 ? answer : answer.slice(end + `</${name}>`.length)).split(/\r?\n/)
  return lines.slice(lines.findLastIndex((line) => reasoningEnd.test(line)) + 1)
}
