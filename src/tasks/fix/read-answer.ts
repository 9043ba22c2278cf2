import { posix } from 'node:path'
import { alignLines } from '../../domain/edit/align-lines.ts'
import { applyEdits } from '../../domain/edit/apply-edits.ts'
import { blockLines, indentOf, isBlank, readLines } from '../../domain/edit/file-lines.ts'
import { readEdits } from '../../domain/edit/read-edits.ts'
import { refusalText } from '../../domain/edit/refusal-text.ts'
import { writeChanges } from '../../domain/edit/write-changes.ts'
import type { Refused } from './edit.ts'
import type { TargetGroup } from './group-targets.ts'

interface Asked extends Pick<TargetGroup, 'path' | 'region'> {
  text: string
  /** Whether the region may be written anew as a whole. */
  isWhole: boolean
}

/** The new text of the file as an answer has it, or why it cannot be taken. */
export function readAnswer(answer: string, { path, region, text, isWhole }: Asked): { text: string } | Refused {
  const edits = readEdits(answer)
  if (edits.kind === 'unreadable') return { gate: 'answer', reason: edits.message }
  if (!answer.isWellFormed())
    return { gate: 'answer', reason: 'The answer has half a character (a lone surrogate), which no file can hold.' }
  if (edits.kind === 'blocks') {
    const other = edits.blocks.find((block) => block.path !== null && plain(block.path) !== path)
    if (other) return { gate: 'scope', reason: `The answer changes ${other.path}, and only ${path} may be changed.` }
    const result = applyEdits(text, edits.blocks)
    return result.status === 'refused' ? { gate: 'answer', reason: refusalText(result, path) } : { text: result.text }
  }
  if (!isWhole) return { gate: 'answer', reason: 'The answer has no SEARCH/REPLACE block.' }
  if (!edits.isClosed) return { gate: 'answer', reason: 'The fence is not closed, so the answer may have been cut off.' }
  const changed = rewriteRegion(text, region, edits.text)
  return changed === text ? { gate: 'answer', reason: 'The answer changes nothing.' } : { text: changed }
}

const plain = (path: string) => posix.normalize(path)

/** Puts new lines in the place of a region; those that stay keep their bytes, and the file its line ends. */
function rewriteRegion(text: string, { start, end }: TargetGroup['region'], written: string): string {
  const file = readLines(text)
  const old = file.texts.slice(start - 1, end)
  const lines = indentedLike(old, blockLines(written))
  const content = alignLines(old, lines).map((partner, index) => (partner === -1 ? (lines[index] ?? '') : partner + start - 1))
  return writeChanges(file, [{ start: start - 1, end: Math.min(end, file.lines.length), content }])
}

/** A model often writes a method as if it stood at the margin. */
function indentedLike(old: readonly string[], lines: readonly string[]): readonly string[] {
  const [wanted, given] = [leastIndent(old), leastIndent(lines)]
  if (!wanted.startsWith(given) || wanted === given) return lines
  const missing = wanted.slice(given.length)
  return lines.map((line) => (isBlank(line) ? line : missing + line))
}

function leastIndent(lines: readonly string[]): string {
  const indents = lines.filter((line) => !isBlank(line)).map(indentOf)
  return indents.toSorted((a, b) => a.length - b.length)[0] ?? ''
}
