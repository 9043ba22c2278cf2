import { readFileSync } from 'node:fs'
import { defuseMessage } from '../../agent/defuse.ts'
import type { Message } from '../../domain/message.ts'
import { estimateTokens } from '../../domain/tokens.ts'
import { type Language, languageOf } from '../../syntax/language.ts'
import { lineOfBranch } from './missing.ts'
import type { Placement, Target } from './target.ts'
import type { SourceContext } from './source-context.ts'

/** Tokens of a question beside its answer: more makes small models worse. */
export const questionTokens = 3000

interface Asked {
  target: Target
  placement: Placement
  context: SourceContext
}

/** How much of each part is shown. What is less needed goes first. */
interface Measure {
  exampleLines: number
  imports: boolean
  frame: boolean
  survivors: number
  /** Lines around what is missing; null: the whole symbol. */
  around: number | null
}

const measures: readonly Measure[] = [
  { exampleLines: 60, imports: true, frame: true, survivors: 8, around: null },
  { exampleLines: 25, imports: true, frame: true, survivors: 8, around: null },
  { exampleLines: 12, imports: true, frame: true, survivors: 4, around: null },
  { exampleLines: 0, imports: true, frame: true, survivors: 4, around: null },
  { exampleLines: 0, imports: false, frame: false, survivors: 3, around: null },
  { exampleLines: 0, imports: false, frame: false, survivors: 3, around: 12 },
]

/** The question for one test of a target; null where it does not fit, however much is left out. */
export function questionFor(asked: Asked): Message[] | null {
  for (const measure of measures) {
    const messages = messagesFor(asked, measure)
    if (estimateTokens(messages.map(({ text }) => text).join('\n')) <= questionTokens) return messages
  }
  return null
}

/** What the model is told about a test that was not kept: only the last one, so that the question stays as long as it is. */
export function againFor(first: readonly Message[], answer: string, feedback: string): Message[] {
  return [
    ...first,
    defuseMessage({ role: 'assistant', text: answer.slice(0, 4000), toolCalls: [] }),
    defuseMessage({
      role: 'user',
      text: `That test was not kept. ${feedback.slice(0, 2000)}\n\nWrite one test again, in one fenced code block.`,
    }),
  ]
}

/** The same for all targets comes first, then the same for all of a file, so that an engine evaluates it once. */
function messagesFor({ target, placement, context }: Asked, measure: Measure): Message[] {
  const system = readFileSync(new URL('./prompts/generate-tests.md', import.meta.url), 'utf8')
  const parts = [
    frameworkLine(placement),
    exampleText(placement, measure.exampleLines),
    `The code under test is in ${target.path}; the test goes to ${placement.path}.`,
    measure.imports && context.imports !== '' ? `${target.path} imports:\n${context.imports}` : '',
    measure.frame && context.frame !== '' ? `It stands in:\n${context.frame}` : '',
    `Write one test for ${target.name}:\n${symbolText(target, context.lines, measure.around)}`,
    missingText(target),
    survivorText(target, context.text, measure.survivors),
  ]
  return [{ role: 'system', text: system }, defuseMessage({ role: 'user', text: parts.filter((part) => part !== '').join('\n\n') })]
}

const frameworks: Readonly<Record<string, string>> = {
  vitest: 'Vitest',
  jest: 'Jest',
  mocha: 'Mocha',
  'node-test': 'the test runner of Node.js (node:test, node:assert/strict)',
  pytest: 'pytest',
  'go-test': "Go's package testing",
  'cargo-test': 'cargo test; the test is a function with #[test] in `mod tests` of the same file',
  maven: 'JUnit',
  gradle: 'JUnit',
}

const languageNames: Readonly<Partial<Record<Language, string>>> = {
  go: 'Go',
  java: 'Java',
  javascript: 'JavaScript',
  python: 'Python',
  rust: 'Rust',
  tsx: 'TypeScript with JSX',
  typescript: 'TypeScript',
}

function frameworkLine({ use, path }: Placement): string {
  const language = languageOf(path)
  return `Tests of this repository are written in ${(language && languageNames[language]) ?? 'its language'} with ${frameworks[use.runner] ?? use.runner}.`
}

/** The beginning of a test file shows what it imports and how a test looks. Tests in a source begin where its module does. */
function exampleText({ example }: Placement, most: number): string {
  if (!example || most === 0) return ''
  const lines = example.text.split('\n')
  const start = example.path.endsWith('.rs') ? lines.findIndex((line) => line.trim() === '#[cfg(test)]') : 0
  if (start < 0) return ''
  const shown = lines.slice(start, start + most)
  const more = lines.length > start + most ? '\n…' : ''
  return `${example.path}, for its style${more === '' ? '' : ', begins'}:\n${shown.join('\n').trimEnd()}${more}`
}

function symbolText({ startLine, endLine, missing }: Target, lines: readonly string[], around: number | null): string {
  const wanted = [...missing.lines, ...missing.branches.map(lineOfBranch)]
  const [first = startLine] = wanted.toSorted((a, b) => a - b)
  const from = around === null ? startLine : Math.max(startLine, first - around)
  const to = around === null ? endLine : Math.min(endLine, first + around)
  const width = String(to).length
  const rows = lines.slice(from - 1, to).map((line, index) => `${String(from + index).padStart(width)} ${line}`)
  const head = from > startLine ? [`${String(startLine).padStart(width)} ${lines[startLine - 1] ?? ''}`, '…'] : []
  return [...head, ...rows, ...(to < endLine ? ['…'] : [])].join('\n')
}

function missingText({ missing: { lines, branches } }: Target): string {
  const ways = [...new Set(branches.map(lineOfBranch))].filter((line) => !lines.includes(line))
  const parts = [
    ...(lines.length > 0 ? [`No test executes ${lines.length === 1 ? 'line' : 'lines'} ${ranges(lines)}.`] : []),
    ...(ways.length > 0 ? [`Of ${ways.length === 1 ? 'line' : 'lines'} ${ranges(ways)}, no test takes every way on.`] : []),
  ]
  return parts.length === 0 ? '' : `${parts.join(' ')} Write the test so that it does.`
}

/** `3, 5-8`. */
export function ranges(lines: readonly number[]): string {
  const runs: [number, number][] = []
  for (const line of lines.toSorted((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && line <= last[1] + 1) last[1] = line
    else runs.push([line, line])
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(', ')
}

function survivorText({ survivors }: Target, text: string, most: number): string {
  const rows = [...survivors.values()].slice(0, most).map(({ start, startIndex, endIndex, text: replaced }) => {
    const original = quoted(text.slice(startIndex, endIndex))
    return `- in line ${start.line}, ${original} ${/^[\s;]*$/.test(replaced) ? 'is missing' : `is ${quoted(replaced)}`}`
  })
  return rows.length === 0 ? '' : `No test notices when\n${rows.join('\n')}\nChoose an input for which one of these makes a difference.`
}

const quoted = (text: string) => `\`${text.replaceAll(/\s+/g, ' ').trim().slice(0, 80)}\``
