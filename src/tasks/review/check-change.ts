import type { Change, ChangedFile } from '../../domain/change.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { type Severity, severities } from '../../domain/severity.ts'
import type { TaskContext } from '../task.ts'
import { checks } from './checks/registry.ts'
import { runChecks } from './checks/run-checks.ts'
import type { PlannedFile } from './plan.ts'
import type { ReviewRequest } from './review.ts'
import { skipReason } from './skip.ts'

interface CheckInput {
  /** The whole change, also the files of other shards: a manifest and its lockfile belong together. */
  change: Change
  planned: readonly PlannedFile[]
  readNew(path: string): Promise<string | null>
  readOld(path: string): Promise<string | null>
}

type CheckRequest = Pick<ReviewRequest, 'options' | 'optionsFor' | 'isExcluded' | 'isInShard'>

/** Runs the checks that need no model over the whole change, and keeps what the configuration of each path and the shard let through. */
export async function checkChange(
  input: CheckInput,
  request: CheckRequest,
  context: Pick<TaskContext, 'signal' | 'notice' | 'workspace'>,
): Promise<DraftFinding[]> {
  const { optionsFor, isExcluded, isInShard, options } = request
  const { change, readNew, readOld } = input
  const paths = change.files.map(({ path }) => path)
  const wanted = checks.filter(({ name }) => paths.some((path) => optionsFor(path).checks[name] !== 'off'))
  const { findings, notices } = await runChecks(
    wanted,
    { severities: withoutOff(options.checks) },
    {
      change,
      readNew,
      readOld,
      signal: context.signal,
      isGenerated: generatedLookup(input.planned),
      listNew: async () => (change.new.kind === 'patch' ? [] : context.workspace.listFiles(change.new)),
    },
  )
  for (const notice of notices) context.notice(notice)
  return findings.flatMap((finding) => {
    const { path } = finding.region
    if (isExcluded(path) || !isInShard(path)) return []
    const name = finding.source.rule
    const own = optionsFor(path).checks[name]
    if (own === 'off') return []
    return [{ ...finding, severity: severityFor(finding.severity, options.checks[name], own) }]
  })
}

/** A check that is off in general may be on for some paths, so it is run with its own severity. */
function withoutOff(settings: Readonly<Record<string, Severity | 'off'>>): Record<string, Severity> {
  return Object.fromEntries(Object.entries(settings).flatMap(([name, setting]) => (setting === 'off' ? [] : [[name, setting]])))
}

/** A finding that its check judged milder than the general severity stays as much milder under that of its path. */
function severityFor(found: Severity, general: Severity | 'off' | undefined, own: Severity | undefined): Severity {
  if (own === undefined || own === general || general === undefined || general === 'off') return found
  const steps = severities.indexOf(general) - severities.indexOf(found)
  return severities[Math.max(0, severities.indexOf(own) - steps)] ?? own
}

const machineWritten = new Set(['lockfile', 'vendored', 'minified', 'generated'])

function generatedLookup(planned: readonly PlannedFile[]): (file: ChangedFile) => boolean {
  const skips = new Map(planned.map(({ path, skip }) => [path, skip]))
  return (file) => machineWritten.has((skips.get(file.path) ?? skipReason(file, () => false))?.reason ?? '')
}
