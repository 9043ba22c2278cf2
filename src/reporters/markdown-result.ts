import type { GenerateTestsResult } from '../domain/generated-tests.ts'
import type { Report } from '../domain/report.ts'
import { fencedBlock, inlineCode, markdownLine, markdownText } from '../domain/trust-markdown.ts'
import { measureLines, targetLines, yieldLine } from './generated-tests-lines.ts'
import { knownResult, mutationLines, patchCounts, targetName, targetOutcome, verificationLines } from './result-lines.ts'

/** What a task has to say beyond its findings. */
export function resultBlocks(report: Report): string[] {
  const result = knownResult(report)
  if (result === null) return []
  if (result.task === 'explain')
    return result.claims.map(({ text, path, startLine }) => `- ${markdownLine(text)} (${inlineCode(`${path}:${startLine}`)})`)
  if (result.task === 'commit-message') return [fencedBlock(result.message ?? result.change)]
  if (result.task === 'mutate') {
    const rows = mutationLines(result).map(({ path, text }) => `- ${inlineCode(path)}: ${text}`)
    return rows.length === 0 ? [] : [rows.join('\n')]
  }
  if (result.task === 'generate-tests') return generatedBlocks(result, report)
  const patch = report.patch === '' ? [] : [fencedBlock(report.patch, 'diff')]
  if (result.task === 'fix') {
    const targets = result.targets.map((target) => `- ${inlineCode(targetName(target))}: ${markdownLine(targetOutcome(target))}`)
    return [targets.join('\n'), ...(result.applied.length === 0 ? patch : [])].filter((block) => block !== '')
  }
  const files = patchCounts(report.patch).map(({ path, added, removed }) => `- ${inlineCode(path)} +${added} -${removed}`)
  const checks = result.verification ? verificationLines(result.verification).map((line) => `- ${markdownLine(line)}`) : []
  return [markdownText(result.text), files.join('\n'), checks.join('\n'), ...(result.applied === null ? patch : [])].filter(
    (block) => block !== '',
  )
}

const words = { improved: 'improved', unchanged: 'no test kept', 'not-attempted': 'not attempted' } as const

function generatedBlocks(result: GenerateTestsResult, { patch }: Report): string[] {
  const targets = targetLines(result).map(({ name, outcome, details }) =>
    [`- ${inlineCode(name)}: ${words[outcome]}`, ...details.map((detail) => `  - ${markdownLine(detail)}`)].join('\n'),
  )
  const told = measureLines(result).map(({ path, text }) => (path === null ? text : `${inlineCode(path)}: ${text}`))
  const measures = targets.length === 0 ? [] : [...told, yieldLine(result) ?? ''].filter((line) => line !== '')
  return [
    targets.join('\n'),
    measures.map((line) => `- ${line}`).join('\n'),
    ...(result.applied === null && patch !== '' ? [fencedBlock(patch, 'diff')] : []),
  ].filter((block) => block !== '')
}
