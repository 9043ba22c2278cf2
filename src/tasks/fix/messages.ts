import { readFileSync } from 'node:fs'
import { readLines } from '../../domain/edit/file-lines.ts'
import type { Message } from '../../domain/message.ts'
import { fillPrompt } from '../prompt.ts'
import type { TargetGroup } from './group-targets.ts'
import { linesOf, ruleOf, type Target } from './target.ts'

/** A region of more lines is changed by blocks, which a model need not write out. */
export const longestRegion = 120
/** Lines before and after the region that are shown for reading. */
const around = 20
const longestHead = 15

const wholeFormat =
  'Answer with the new text of the lines between BEGIN and END, all of them, in one fenced code block. No line numbers, nothing left out, no explanation.'
const blockFormat = `Answer with one or more blocks of this form, in a fenced code block. SEARCH is copied from the file exactly, without line numbers, with enough lines to fit one place only.
<<<<<<< SEARCH
lines as they are
=======
lines as they should be
>>>>>>> REPLACE`

/** What the model is asked about one group. */
export function fixMessages(group: TargetGroup, text: string, isWhole: boolean): Message[] {
  const template = readFileSync(new URL('./prompts/fix.md', import.meta.url), 'utf8')
  const lines = readLines(text).texts
  const { path, region, targets } = group
  const parts = [
    `Problems in ${path}:\n${targets.map(problemLine).join('\n')}`,
    ...contextParts(lines, region),
    isWhole
      ? `Lines ${region.start} to ${region.end}, which you write anew:\nBEGIN\n${lines.slice(region.start - 1, region.end).join('\n')}\nEND`
      : `Lines ${region.start} to ${region.end}:\n${excerpt(lines, targets, region)}`,
  ]
  return [
    { role: 'system', text: fillPrompt(template, { format: isWhole ? wholeFormat : blockFormat }) },
    { role: 'user', text: parts.join('\n\n') },
  ]
}

/** What the model is told about an attempt that was not kept: only the last one, so that the question stays as long as it is. */
export function againMessages(first: readonly Message[], answer: string, reason: string): Message[] {
  return [
    ...first,
    { role: 'assistant', text: answer.slice(0, 6000), toolCalls: [] },
    { role: 'user', text: `That was not kept: ${reason}\n\nThe lines are as they were. Answer again, in the same form.` },
  ]
}

function problemLine({ current }: Target): string {
  if (current === null) return ''
  const lines = linesOf(current)
  return `- ${lines === null ? '' : `line ${lines.start}: `}${ruleOf(current)}: ${current.message.replaceAll(/\s+/g, ' ').slice(0, 600)}`
}

/** The head of the file, where imports are, and what stands around the region. */
function contextParts(lines: readonly string[], { start, end }: TargetGroup['region']): string[] {
  const before = Math.max(1, start - around)
  const head = lines.slice(0, Math.min(longestHead, before - 1))
  const above = lines.slice(before - 1, start - 1)
  const below = lines.slice(end, end + around)
  const part = (title: string, shown: readonly string[]) => (shown.length === 0 ? [] : [`${title}, for reading only:\n${shown.join('\n')}`])
  return [...part('The file begins', head), ...part('Above', above), ...part('Below', below)]
}

/** Of a long region, what stands around each problem. */
function excerpt(lines: readonly string[], targets: readonly Target[], region: TargetGroup['region']): string {
  const wanted = new Set<number>()
  for (const { current } of targets) {
    const { start, end } = (current && linesOf(current)) ?? region
    for (let line = Math.max(region.start, start - around); line <= Math.min(region.end, end + around); line++) wanted.add(line)
  }
  const shown: string[] = []
  let last = region.start - 1
  for (const line of [...wanted].toSorted((a, b) => a - b)) {
    if (line > last + 1) shown.push(`[lines ${last + 1} to ${line - 1} are not shown]`)
    shown.push(lines[line - 1] ?? '')
    last = line
  }
  return shown.join('\n')
}
