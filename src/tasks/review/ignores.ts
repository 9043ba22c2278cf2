import type { DraftFinding } from '../../domain/finding.ts'

/** An `agent-ignore[rule]: reason` comment. */
export interface Ignore {
  path: string
  /** Where the comment stands, and which line it speaks of. */
  line: number
  target: number
  rule: string
  reason: string
  text: string
}

/** Further blank lines and comments than these stand between no comment and what it speaks of. */
const mostLinesBetween = 20

const pattern = /(?:\/\/|#|\/\*|<!--|--|;|%|"""|\{\/\*|^\s*\*)\s*agent-ignore\[([^\]\n]{1,100})\](?::[ \t]*(.*))?/

/** Finds the ignore comments of a file. One on a line of its own speaks of the next line with code. */
export function findIgnores(path: string, source: string): Ignore[] {
  if (!source.includes('agent-ignore[')) return []
  const lines = source.split('\n')
  return lines.flatMap((text, index) => {
    const match = pattern.exec(text)
    if (!match) return []
    const [, rules = '', rest = ''] = match
    const [, reason = '', code = ''] = /^(.*?)(?:(?:\*\/\}?|-->|""")(.*))?$/.exec(rest) ?? []
    const isAlone = text.slice(0, match.index).trim() === '' && code.trim() === ''
    const target = isAlone ? nextCode(lines, index) : index + 1
    return rules
      .split(',')
      .map((rule) => ({ path, line: index + 1, target, rule: rule.trim(), reason: reason.trim(), text: text.replace(/\r$/, '') }))
  })
}

function nextCode(lines: readonly string[], index: number): number {
  const end = Math.min(lines.length, index + 1 + mostLinesBetween)
  for (let at = index + 1; at < end; at++) {
    const text = lines[at] ?? ''
    if (text.trim() !== '' && !pattern.test(text)) return at + 1
  }
  return index + 1
}

interface IgnoreOptions {
  /** Lines that the change added; only comments there are told about when they have no effect. */
  isAdded(path: string, line: number): boolean
  /** Whether everything that could have matched this rule was run. */
  wasRun(path: string, rule: string): boolean
}

/** Marks what the comments accept. Comments without a reason or without effect become notes, if the change added them. */
export function applyIgnores(
  findings: readonly DraftFinding[],
  ignores: readonly Ignore[],
  { isAdded, wasRun }: IgnoreOptions,
): DraftFinding[] {
  const used = new Set<Ignore>()
  const marked = findings.map((finding) => {
    const ignore = ignores.find((candidate) => candidate.reason !== '' && speaksOf(candidate, finding))
    if (!ignore) return finding
    used.add(ignore)
    return finding.suppressed ? finding : { ...finding, suppressed: { by: 'inline' as const, reason: ignore.reason } }
  })
  const notes = ignores
    .filter((ignore) => isAdded(ignore.path, ignore.line))
    .flatMap((ignore) => noteFor(ignore, used.has(ignore), wasRun(ignore.path, ignore.rule)))
  return [...marked, ...notes]
}

function speaksOf({ path, target, rule }: Ignore, finding: DraftFinding): boolean {
  const { region } = finding
  if (region.path !== path || region.startLine === null) return false
  return target >= region.startLine && target <= (region.endLine ?? region.startLine) && names(rule, finding.rule)
}

/** `review/null`, `null` and `*` all name review/null. */
const names = (given: string, rule: string) => given === '*' || given === rule || rule.slice(rule.indexOf('/') + 1) === given

function noteFor(ignore: Ignore, isUsed: boolean, wasRun: boolean): DraftFinding[] {
  if (ignore.reason === '')
    return [
      note(
        ignore,
        'Ignore comment without a reason',
        `agent-ignore[${ignore.rule}] accepts nothing until a reason follows: agent-ignore[${ignore.rule}]: why it is right here.`,
      ),
    ]
  if (isUsed || !wasRun) return []
  return [
    note(
      ignore,
      'Ignore comment without effect',
      `No finding of ${ignore.rule} stands on line ${ignore.target}, so this comment accepts nothing. Remove it.`,
    ),
  ]
}

function note({ path, line, text }: Ignore, title: string, message: string): DraftFinding {
  return {
    rule: 'check/ignore-comments',
    severity: 'note',
    confidence: 1,
    title,
    message,
    region: { path, startLine: line, endLine: line },
    evidence: text,
    source: { kind: 'check', name: 'agent', rule: 'ignore-comments' },
    proof: { kind: 'static', detail: 'The comment was compared with the findings of this run.' },
    replacement: null,
  }
}
