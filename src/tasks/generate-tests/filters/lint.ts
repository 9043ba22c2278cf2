import type { Diagnostic } from '../../../domain/diagnostic.ts'
import { newDiagnostics } from '../../../domain/new-diagnostics.ts'
import { lintFiles } from '../../../linters/lint-files.ts'
import type { Workbench } from '../../verify/workbench.ts'
import { slotsOf } from '../prove-batch.ts'
import { watchTree } from '../prove-tree.ts'
import type { Proving } from '../prove.ts'
import { rejected, type Rejection, type Trial } from '../trial.ts'
import type { Filter } from './filter.ts'

/** Linters and type checkers of the project say nothing grave that they did not say before. All candidates are looked at by one start of each. */
export const lints: Filter = {
  name: 'lint',
  async judge(trials, { benches: [bench], ...proving }) {
    const rejections = new Map<Trial, Rejection>()
    const paths = [...new Set(trials.map(({ candidate }) => candidate.placement.path))]
    const before = await lintAll(new Map(), paths, { bench, ...proving })
    for (const wave of inFilesOfTheirOwn(trials)) {
      const slots = slotsOf(wave)
      const files = new Map(wave.map(({ candidate }, index) => [slots[index] ?? '', candidate.text]))
      const after = await lintAll(files, slots, { bench, ...proving })
      for (const [index, trial] of wave.entries()) {
        const rejection = judgeOne(
          trial,
          before,
          after.filter(({ path }) => path === slots[index]),
        )
        if (rejection) rejections.set(trial, rejection)
      }
    }
    return rejections
  },
}

/** No two of a group have the same place. */
function inFilesOfTheirOwn(trials: readonly Trial[]): Trial[][] {
  const groups: Trial[][] = []
  for (const trial of trials) {
    const hasRoom = (group: Trial[]) => new Set(slotsOf([...group, trial])).size > group.length
    const group = groups.find(hasRoom)
    if (group) group.push(trial)
    else groups.push([trial])
  }
  return groups
}

async function lintAll(
  files: ReadonlyMap<string, string>,
  paths: readonly string[],
  { bench, commandTimeout, signal }: Omit<Proving, 'benches'> & { bench: Workbench },
): Promise<readonly Diagnostic[]> {
  const { result } = await watchTree(bench.transaction, { files, watches: false }, async () =>
    lintFiles(await bench.project(), paths, { sandbox: bench.open, timeout: commandTimeout, signal }),
  )
  return result.diagnostics
}

function judgeOne(
  { candidate: { placement, text } }: Trial,
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
): Rejection | null {
  const [old, now] = [(placement.text ?? '').split('\n'), text.split('\n')]
  const own = after.map((diagnostic) => ({ ...diagnostic, path: placement.path }))
  const known = before.filter(({ path }) => path === placement.path)
  const fresh = newDiagnostics(
    { diagnostics: known, lineOf: (_path, line) => old[line - 1] },
    { diagnostics: own, lineOf: (_path, line) => now[line - 1] },
  )
  // What a tool can lay out by itself is no reason to write another test.
  const grave = fresh.filter(({ severity, isFixable }) => severity === 'error' && !isFixable)
  const [first] = grave
  if (!first) return null
  const listed = grave.slice(0, maxListed).map((diagnostic) => tell(diagnostic, now))
  return rejected(
    'lint',
    `${first.tool} complains: ${first.message.slice(0, 300)}`,
    `The project's own tools complain:\n${listed.join('\n')}`,
  )
}

const maxListed = 5

function tell({ tool, rule, range, message }: Diagnostic, lines: readonly string[]): string {
  const line = range ? `\n  ${(lines[range.startLine - 1] ?? '').trim().slice(0, 160)}` : ''
  return `${tool}${rule === null ? '' : ` ${rule}`}: ${message.slice(0, 400)}${line}`
}
