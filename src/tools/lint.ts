import { z } from 'zod'
import type { Diagnostic } from '../domain/diagnostic.ts'
import { plural } from '../domain/plural.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import { lintFiles, type LintReport } from '../linters/lint-files.ts'
import type { Checkout } from '../workspace/checkout.ts'
import { openProject } from '../workspace/open-project.ts'
import { defineTool } from './tool.ts'

const maxPaths = 50
const maxListed = 200

export const lint = defineTool({
  name: 'lint',
  description:
    'Run the linters, formatters and type checkers of the project. They change nothing. It is no pass when one of them could not run.',
  // They run code of the project: configuration and plugins.
  effect: 'execute',
  input: z.strictObject({
    paths: z
      .array(z.string())
      .max(maxPaths)
      .default([])
      .describe('Files or folders, relative to the repository root; none checks all files'),
  }),

  async run({ paths }, { checkout, project, run, mountedAt = checkout.root, commandTimeout, signal }) {
    signal.throwIfAborted()
    const files = await filesIn(checkout, paths.length === 0 ? ['.'] : paths)
    const sandbox = async () => ({ run, mountedAt })
    const report = await lintFiles(await (project?.() ?? openProject(checkout, [])), files, { sandbox, timeout: commandTimeout, signal })
    return { text: describeReport(report, files), data: summaryOf(report) }
  },
})

/** A folder stands for the files in it; the checkout refuses what may not be seen, with the reason. */
async function filesIn(checkout: Checkout, paths: readonly string[]): Promise<string[]> {
  const files = new Set<string>()
  for (const path of paths) {
    const listed = await checkout.list(path)
    if (listed.length === 0) throw new Error(`${terminalLine(path)} has no files that git tracks or does not ignore.`)
    for (const file of listed) files.add(file)
  }
  return [...files]
}

/** Counts for events and reports. */
function summaryOf({ diagnostics, failed, checked }: LintReport) {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  return { problems: diagnostics.length, errors, checked: checked.map(({ linter }) => linter), failed }
}

function describeReport({ diagnostics, failed, checked, elsewhere }: LintReport, files: readonly string[]): string {
  if (checked.length === 0 && failed.length === 0)
    return `Nothing was checked: this project has no linter, known here, that is configured for ${plural(files.length, 'file')} asked for.`
  const sentences = [
    ...failed.map(
      ({ linter, directory, reason }) => `FAILED ${placed(linter, directory)}, so nothing is known of its files: ${terminalText(reason)}`,
    ),
    ...checked.map(({ linter, directory, files: count }) => `${placed(linter, directory)} checked ${plural(count, 'file')}.`),
    ...(elsewhere > 0 ? [`${plural(elsewhere, 'problem')} outside of the repository ${elsewhere === 1 ? 'is' : 'are'} not listed.`] : []),
  ]
  return [headline(diagnostics, failed.length > 0), ...listed(diagnostics), '', ...sentences].join('\n')
}

const placed = (linter: string, directory: string) => terminalLine(directory === '.' ? linter : `${linter} in ${directory}`)

function headline(diagnostics: readonly Diagnostic[], isPartial: boolean): string {
  if (diagnostics.length === 0) return isPartial ? 'This is no pass: not all linters could run.' : 'No problems were found.'
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  return `${plural(diagnostics.length, 'problem')}, ${plural(errors, 'error')} among them:`
}

/** Grouped by file, whichever tool has said it. */
function listed(diagnostics: readonly Diagnostic[]): string[] {
  const groups = Map.groupBy(diagnostics, ({ path }) => path)
  const ordered = [...groups.values()].flatMap((group) => group.toSorted((a, b) => startLine(a) - startLine(b)))
  const lines = ordered.slice(0, maxListed).map(describe)
  const more = ordered.length - lines.length
  return more > 0 ? [...lines, `… and ${more} more. Name single files to see theirs.`] : lines
}

const startLine = ({ range }: Diagnostic) => range?.startLine ?? 0

/** `path:line:column severity tool/rule message`. */
function describe({ path, range, severity, tool, rule, message, isFixable }: Diagnostic): string {
  const place = [path, range?.startLine, range?.startColumn].filter((part) => part != null).join(':')
  const name = rule === null ? tool : `${tool}/${rule}`
  return terminalLine(`${place} ${severity} ${name} ${message.replaceAll(/\s+/g, ' ')}${isFixable ? ' (can be repaired by the tool)' : ''}`)
}
