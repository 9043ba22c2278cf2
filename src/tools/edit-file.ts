import { z } from 'zod'
import { applyEdits } from '../domain/edit/apply-edits.ts'
import type { AppliedBlock } from '../domain/edit/edit-result.ts'
import type { LevelName } from '../domain/edit/level.ts'
import { numbered, refusalText } from '../domain/edit/refusal-text.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { fileText, linesOf } from './file-text.ts'
import { defineTool } from './tool.ts'

/** Lines around a change that are shown, and the most that are shown of one. */
const contextLines = 2
const mostShown = 60

export const editFile = defineTool({
  name: 'edit_file',
  description:
    'Replace lines of a text file. `search` is copied from the file, with enough lines to fit one place only; `replace` is what stands there afterwards.',
  effect: 'write',
  input: z.strictObject({
    path: z.string().describe('Path relative to the root of the repository'),
    search: z.string().describe('The lines to change, exactly as they are in the file, without line numbers'),
    replace: z.string().describe('The lines that come in their place; empty to delete them'),
  }),

  async run({ path, search, replace }, { checkout, seen, signal }) {
    signal.throwIfAborted()
    const name = terminalLine(path)
    const bytes = await checkout.read(path)
    const { text, encoding, hasByteOrderMark } = fileText(path, bytes)
    if (encoding !== 'utf8')
      throw new Error(`${name} is not UTF-8, and writing it would change every line with another letter. It was left alone.`)
    if (!replace.isWellFormed())
      throw new Error('`replace` has half a character (a lone surrogate), which no file can hold. Nothing was changed.')
    const result = applyEdits(text, [{ search, replace }])
    if (result.status === 'refused') throw new Error(refusalText(result, path))
    const content = Buffer.from(hasByteOrderMark ? `\uFEFF${result.text}` : result.text)
    await checkout.write(path, content)
    // Whoever quoted the lines knows the file only as far as it was read before.
    if (seen.check(path, bytes) === 'seen') seen.note(path, content)
    const [block] = result.blocks
    return { text: block ? describe(name, block, linesOf(result.text)) : `Edited ${name}.`, data: block }
  },
})

const findings: Record<LevelName, string> = {
  exact: '',
  'trailing-space': ' SEARCH differed from the file in trailing space.',
  folding: ' SEARCH differed from the file in quotes, dashes or spaces.',
  indentation: ' SEARCH differed from the file in indentation; REPLACE was indented likewise.',
  'part-of-line': '',
  'blank-lines': ' SEARCH differed from the file in blank lines.',
  elision: ' What `...` stands for was kept.',
  'near-match': ' SEARCH had slips in lines that stay; the file’s own lines were kept.',
}

/** What stands there now, so that the next edit can quote it. */
function describe(name: string, { level, startLine, endLine }: AppliedBlock, lines: readonly string[]): string {
  const first = Math.max(1, startLine - contextLines)
  const last = Math.min(lines.length, endLine + contextLines, first + mostShown - 1)
  if (lines.length === 0) return `Edited ${name}, which is empty now.${findings[level]}`
  const what =
    endLine < startLine
      ? `lines were removed before line ${startLine}`
      : startLine === endLine
        ? `line ${startLine}`
        : `lines ${startLine}-${endLine}`
  const more = last < endLine ? `\n[${endLine - last} more changed lines: read_file with start_line ${last + 1}]` : ''
  return `Edited ${name}, ${what}.${findings[level]}\n${numbered({ startLine: first, lines: lines.slice(first - 1, last) })}${more}`
}
