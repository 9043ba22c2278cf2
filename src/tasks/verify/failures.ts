import type { Diagnostic } from '../../domain/diagnostic.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import type { VerifiedChange } from './verify.ts'

const maxListed = 20
const maxFailureText = 1500

/** What became worse, for a model that is to repair it. */
export function failuresText({ broken, fresh, lost, tests }: VerifiedChange): string {
  const lines = [
    ...broken.map(({ path, problem }) => `${path}:${problem.line} does not parse: ${problem.message}`),
    ...fresh.map((diagnostic) => `${placeOf(diagnostic)} ${diagnostic.severity} ${ruleOf(diagnostic)} ${diagnostic.message}`),
    ...(tests?.newlyFailing ?? []).map(({ id, failure }) => `Test fails: ${id}\n${failure.slice(0, maxFailureText)}`),
    ...lost,
    ...(tests?.lost ?? []),
  ]
  const more = lines.length > maxListed ? [`and ${lines.length - maxListed} more`] : []
  return [...lines.slice(0, maxListed), ...more].join('\n')
}

/** What became worse, as findings: the reason why the change was not applied. */
export function findingsOf({ broken, fresh, lost, tests }: VerifiedChange): DraftFinding[] {
  return [
    ...broken.map(({ path, problem }) =>
      finding({ tool: 'syntax', rule: 'parse', path, line: problem.line, message: `The file does not parse any more: ${problem.message}` }),
    ),
    ...fresh.filter(({ severity }) => severity === 'error').map(fromDiagnostic),
    ...lost.map((sentence) => finding({ tool: 'linter', rule: 'not-run', path: '.', line: null, message: sentence })),
    ...(tests?.newlyFailing ?? []).map(({ id, file, name, failure }) => ({
      ...finding({ tool: 'test', rule: 'newly-failing', path: file ?? '.', line: null, message: `${id} fails now.\n${failure}` }),
      title: titleOf(`Fails now: ${name}`),
      source: { kind: 'test' as const, name: 'tests', rule: 'newly-failing' },
    })),
    ...(tests?.lost ?? []).map((sentence) => finding({ tool: 'test', rule: 'not-run', path: '.', line: null, message: sentence })),
  ]
}

/** A complaint of a linter as a finding. */
export function fromDiagnostic(diagnostic: Diagnostic): DraftFinding {
  const { tool, rule, path, range, message, severity } = diagnostic
  return {
    ...finding({ tool, rule: rule ?? 'problem', path, line: range?.startLine ?? null, message }),
    severity,
    region: { path, startLine: range?.startLine ?? null, endLine: range ? Math.max(range.startLine, range.endLine) : null },
  }
}

interface FindingParts {
  tool: string
  rule: string
  path: string
  line: number | null
  message: string
}

function finding({ tool, rule, path, line, message }: FindingParts): DraftFinding {
  return {
    rule: `${tool}/${rule.replaceAll(/\s+/g, '-')}`,
    severity: 'error',
    confidence: 1,
    title: titleOf(message),
    message,
    region: { path, startLine: line, endLine: line },
    evidence: '',
    source: { kind: 'linter', name: tool, rule },
    proof: { kind: 'executed', detail: `${tool} was run before and after the change` },
    replacement: null,
  }
}

function titleOf(text: string): string {
  const [first = ''] = text.split('\n')
  return first.length <= 80 ? first : `${first.slice(0, 79)}…`
}

const placeOf = ({ path, range }: Diagnostic) => (range ? `${path}:${range.startLine}` : path)
const ruleOf = ({ tool, rule }: Diagnostic) => (rule === null ? tool : `${tool}/${rule}`)
