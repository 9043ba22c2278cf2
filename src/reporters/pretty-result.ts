import type { Report } from '../domain/report.ts'
import type { MutateResult } from '../domain/mutation.ts'
import type { CommitMessageResult, ExplainResult, FixResult, RunResult } from '../domain/result.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import type { GenerateTestsResult } from '../domain/generated-tests.ts'
import { measureLines, targetLines, yieldLine } from './generated-tests-lines.ts'
import type { Page } from './page.ts'
import { isPlan, knownResult, mutationLines, patchCounts, targetName, targetOutcome, verificationLines } from './result-lines.ts'
import { cutText, wrapText } from './text-layout.ts'

/** What a task has to say beyond its findings. */
export function resultBlocks(report: Report, page: Page): string[] {
  const result = knownResult(report)
  if (result === null) return []
  switch (result.task) {
    case 'run':
      return runBlocks(result, report, page)
    case 'fix':
      return fixBlocks(result, report, page)
    case 'generate-tests':
      return generatedBlocks(result, report, page)
    case 'explain':
      return explainBlocks(result, page)
    case 'mutate':
      return mutationBlock(result, page)
    case 'commit-message':
      return [commitMessageBlock(result, page)]
  }
}

const marks = {
  fixed: { mark: '\u2714', color: 'green' },
  'not-kept': { mark: '\u2716', color: 'red' },
  'not-attempted': { mark: '\u25CB', color: 'yellow' },
} as const

function fixBlocks({ targets, applied }: FixResult, { patch }: Report, page: Page): string[] {
  const rows = targets.map((target) => {
    const { mark, color } = marks[target.outcome]
    const outcome = wrapText(terminalText(targetOutcome(target)), page.width - 4).map((row) => `    ${page.paint('dim', row)}`)
    return [`${page.paint(color, mark)} ${page.paint('cyan', terminalLine(targetName(target)))}`, ...outcome].join('\n')
  })
  return [
    ...(rows.length === 0 ? [] : [rows.join('\n')]),
    ...(patch === '' ? [] : [applied.length === 0 ? patchText(patch, page) : fileRows(patch, page)]),
  ]
}

const targetMarks = { improved: marks.fixed, unchanged: marks['not-kept'], 'not-attempted': marks['not-attempted'] } as const

function generatedBlocks(result: GenerateTestsResult, { patch }: Report, page: Page): string[] {
  const rows = targetLines(result).map(({ name, outcome, details }) => {
    const { mark, color } = targetMarks[outcome]
    const lines = details.flatMap((detail) => wrapText(terminalText(detail), page.width - 4)).map((row) => `    ${page.paint('dim', row)}`)
    return [`${page.paint(color, mark)} ${page.paint('cyan', terminalLine(name))}`, ...lines].join('\n')
  })
  const measures = [...measureLines(result).map(({ path, text }) => (path === null ? text : `${path}: ${text}`)), yieldLine(result) ?? '']
    .filter((line) => line !== '' && rows.length > 0)
    .flatMap((line) => wrapText(terminalLine(line), page.width - 2).map((row) => `  ${row}`))
  return [
    ...(rows.length === 0 ? [] : [rows.join('\n')]),
    ...(measures.length === 0 ? [] : [measures.join('\n')]),
    ...(patch === '' ? [] : [result.applied === null ? patchText(patch, page) : fileRows(patch, page)]),
  ]
}

function runBlocks(result: RunResult, { patch }: Report, page: Page): string[] {
  const text = terminalText(result.text).trim()
  const checks = result.verification ? verificationLines(result.verification) : []
  return [
    ...(text === '' ? [] : [paragraphs(text, page)]),
    ...(result.files.length === 0 ? [] : [fileRows(patch, page)]),
    ...(checks.length === 0
      ? []
      : [
          checks
            .flatMap((line) => wrapText(terminalLine(line), page.width))
            .map((row) => page.paint('dim', row))
            .join('\n'),
        ]),
    ...(result.applied === null && patch !== '' ? [patchText(patch, page)] : []),
  ]
}

const paragraphs = (text: string, { width }: Page) =>
  text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [''] : wrapText(line, width)))
    .join('\n')

function fileRows(patch: string, { paint }: Page): string {
  return patchCounts(patch)
    .map(
      ({ path, added, removed }) => `  ${paint('green', `+${added}`)} ${paint('red', `-${removed}`)}  ${paint('cyan', terminalLine(path))}`,
    )
    .join('\n')
}

const styles: readonly (readonly [RegExp, Parameters<Page['paint']>[0]])[] = [
  [/^(?:diff |index |--- |\+\+\+ |new file|deleted file|old mode|new mode)/, 'bold'],
  [/^@@ /, 'cyan'],
  [/^\+/, 'green'],
  [/^-/, 'red'],
]

/** The patch as it is; only colours are added, and what a terminal would obey is taken out. */
function patchText(patch: string, { paint }: Page): string {
  return patch
    .trimEnd()
    .split('\n')
    .map((line) => {
      const style = styles.find(([pattern]) => pattern.test(line))?.[1]
      return style === undefined ? terminalText(line) : paint(style, terminalText(line))
    })
    .join('\n')
}

function mutationBlock(result: MutateResult, { paint }: Page): string[] {
  const rows = mutationLines(result).map(
    ({ path, text, isGuarded }) =>
      `${paint(isGuarded ? 'green' : 'yellow', isGuarded ? '\u2714' : '\u25CB')} ${paint('cyan', terminalLine(path))}  ${text}`,
  )
  if (rows.length === 0) return []
  return [rows.join('\n'), ...(isPlan(result.mutants) ? [planText(result, { paint })] : [])]
}

function planText({ mutants }: MutateResult, { paint }: Pick<Page, 'paint'>): string {
  const asCode = (text: string) => cutText(terminalLine(text.replaceAll(/\s+/g, ' ').trim()) || 'nothing', 40)
  const row = ({ path, start, mutator, original, replacement }: MutateResult['mutants'][number]) =>
    `${paint('cyan', `${terminalLine(path)}:${start.line}`)}  ${mutator}: ${asCode(original)} \u2192 ${asCode(replacement)}`
  return mutants.map(row).join('\n')
}

/** The message as git would show it; where there is none, what it would have to be about. */
function commitMessageBlock({ message, change }: CommitMessageResult, { paint }: Page): string {
  if (message === null) return terminalText(change)
  const [header = '', ...rest] = terminalText(message).split('\n')
  return [paint('bold', header), ...rest].join('\n')
}

function explainBlocks({ claims }: ExplainResult, page: Page): string[] {
  return claims.map(({ text, path, startLine, endLine, evidence }) => {
    const place = `${terminalLine(path)}:${startLine}${endLine > startLine ? `-${endLine}` : ''}`
    const [firstLine = ''] = evidence.split('\n')
    return [
      ...wrapText(terminalText(text), page.width),
      `  ${page.paint('cyan', place)}  ${page.paint('dim', cutText(terminalLine(firstLine.trim()), Math.max(10, page.width - place.length - 4)))}`,
    ].join('\n')
  })
}
