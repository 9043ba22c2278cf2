import { z } from 'zod'
import type { Coordinates } from './columns.ts'
import { findNodeUses } from './detect.ts'
import type { Linter } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import type { Problem, Reading } from './problem.ts'
import { crashed, type Exited, type LinterRun, runOnFiles, unreadable } from './run-linter.ts'

const traces = { linter: 'biome', configuration: /^\.?biome\.jsonc?$/, packages: ['@biomejs/biome'] }

const coordinates: Coordinates = { unit: 'code-point', firstColumn: 1, lineBreaks: 'cr', countsByteOrderMark: true }

const positionSchema = z.object({ line: countSchema, column: countSchema })

const diagnosticSchema = z.object({
  category: z.string().nullish(),
  severity: z.string(),
  message: z.string(),
  location: z.object({ path: z.string().nullish(), start: positionSchema.nullish(), end: positionSchema.nullish() }),
  advices: z.array(z.object({ text: z.string().nullish() })).catch([]),
})

const outputSchema = z.object({
  summary: z.object({ diagnosticsNotPrinted: countSchema.catch(0) }),
  diagnostics: z.array(diagnosticSchema),
})

/** The linter of Biome; its formatter is not asked, because few projects that lint with it format with it. */
export const biome: Linter = {
  name: 'biome',
  handles: (path) => /\.([cm]?[jt]s|[jt]sx|jsonc?|css|graphql|gql|html|vue|svelte|astro)$/.test(path),
  detect: (project) => findNodeUses(project, traces, 'biome'),
  check: (use, request) => runOnFiles(use, request, runWith([])),
  fix: (use, request) => runOnFiles(use, request, runWith(['--write'])),
}

/** Without the last option, files that the configuration ignores are an error; without the one before, it stops at twenty complaints. */
const runWith = (more: readonly string[]): LinterRun => ({
  arguments: ['lint', ...more, '--reporter=json', '--colors=off', '--max-diagnostics=none', '--no-errors-on-unmatched', '--'],
  coordinates,
  read,
})

/** 0 and 1 are answers, and so is 1 for a wrong configuration, which then prints nothing. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('biome', exited)
  const output = parseJson(exited.stdout, outputSchema)
  if (output === null) return exited.stdout.trim() === '' ? crashed('biome', exited) : unreadable('biome', exited)
  const unprinted = output.summary.diagnosticsNotPrinted
  if (unprinted > 0) return { failure: `biome did not print ${unprinted} of its diagnostics.` }
  if (exited.code === 1 && output.diagnostics.length === 0) return crashed('biome', exited)
  const broken = output.diagnostics.find(({ category, location }) => category?.startsWith('internalError/') || !location.path)
  if (broken) return { failure: `biome could not check ${broken.location.path ?? 'the project'}: ${broken.message}` }
  return { problems: output.diagnostics.map(toProblem) }
}

type BiomeDiagnostic = z.infer<typeof diagnosticSchema>

const severities: Readonly<Record<string, Problem['severity']>> = { fatal: 'error', error: 'error', warning: 'warning' }

function toProblem({ category, severity, message, location, advices }: BiomeDiagnostic): Problem {
  const { start, end } = location
  const isRule = /^(lint|assist|suppressions|plugin)\b./.test(category ?? '')
  return {
    path: location.path ?? '',
    place: start && start.line > 0 ? { line: start.line, column: start.column, endLine: end?.line, endColumn: end?.column } : null,
    rule: isRule ? (category ?? null) : null,
    severity: severities[severity] ?? 'note',
    message: message || 'The file was not checked; it may be larger than `files.maxSize` allows.',
    isFatal: !isRule,
    isFixable: advices.some(({ text }) => text?.startsWith('Safe fix') ?? false),
  }
}
