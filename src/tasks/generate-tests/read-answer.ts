import { withoutReasoning } from '../../agent/reasoning.ts'

const mark = /^\s{0,8}(`{3,}|~{3,})\s{0,4}([^`]{0,200})$/
/** Fences that are no code: what to run, and what that would print. */
const notCode = /^(?:sh|bash|shell|console|text|txt|json|diff|plaintext|md|markdown)\b/i
/** Characters of an answer that are looked at; more is a model that repeats itself. */
const longest = 200_000

/** The code of an answer: its longest fence, or all of it where there is none, which may be prose. Null: there is no code. Linear, and never throws. */
export function readAnswer(answer: string): { code: string; isFenced: boolean } | null {
  const text = answer.slice(0, longest).replaceAll('\r\n', '\n')
  const lines = withoutReasoning(text).split('\n')
  const fences = fencesIn(lines)
  const code = fences.filter(({ info }) => !notCode.test(info)).map((fence) => fence.lines.join('\n'))
  const [best] = code.toSorted((a, b) => b.length - a.length)
  const found = (fences.length === 0 ? lines.join('\n') : (best ?? '')).replaceAll(/^\s*\n|\s+$/g, '')
  // What no file can hold is no code either.
  return found === '' || !found.isWellFormed() || found.includes('\0') ? null : { code: `${found}\n`, isFenced: fences.length > 0 }
}

function fencesIn(lines: readonly string[]): { info: string; lines: string[] }[] {
  const fences: { info: string; lines: string[] }[] = []
  let open: { width: number; character: string } | null = null
  for (const line of lines) {
    const [, marks = '', info = ''] = mark.exec(line) ?? []
    if (open && marks.startsWith(open.character) && marks.length >= open.width && info.trim() === '') open = null
    else if (open) fences.at(-1)?.lines.push(line)
    else if (marks !== '') {
      open = { width: marks.length, character: marks.charAt(0) }
      fences.push({ info: info.trim(), lines: [] })
    }
  }
  return fences
}
