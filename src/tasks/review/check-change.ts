import type { Change } from '../../domain/change.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import type { TaskContext } from '../task.ts'
import { checks } from './checks/registry.ts'
import { runChecks } from './checks/run-checks.ts'
import type { ReviewRequest } from './review.ts'

interface CheckInput {
  change: Change
  readNew(path: string): Promise<string | null>
  readOld(path: string): Promise<string | null>
}

/** Runs the checks that need no model over the whole change, and keeps what the configuration of each path and the shard let through. */
export async function checkChange(
  input: CheckInput,
  { optionsFor, isExcluded, isInShard }: Pick<ReviewRequest, 'optionsFor' | 'isExcluded' | 'isInShard'>,
  context: Pick<TaskContext, 'signal' | 'notice'>,
): Promise<DraftFinding[]> {
  const paths = input.change.files.map(({ path }) => path)
  const wanted = checks.filter(({ name }) => paths.some((path) => optionsFor(path).checks[name] !== 'off'))
  const found = await runChecks(wanted, { severities: {}, onNotice: context.notice }, { ...input, signal: context.signal })
  return found.flatMap((finding) => {
    const { path } = finding.region
    if (isExcluded(path) || !isInShard(path)) return []
    const severity = optionsFor(path).checks[finding.source.rule]
    if (severity === 'off') return []
    return [severity === undefined ? finding : { ...finding, severity }]
  })
}
