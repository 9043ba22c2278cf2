import type { Command } from 'commander'
import { reviewOptionsByPath } from '../../config/for-path.ts'
import { runTask } from '../../runtime.ts'
import { review } from '../../tasks/review/review.ts'
import { readBaseline } from '../baseline-file.ts'
import type { CommandContext } from '../command.ts'
import { requestOf, type ReviewFlags } from '../run-review.ts'
import { selectorFrom } from '../selector-flags.ts'
import type { TaskSession } from '../task-session.ts'
import { type BatchTask, fromDirectory } from './batch-task.ts'
import { wholeFiles } from './whole-files.ts'

/** A review of the part of a change that lies in each unit; without a change, of its whole files. */
export async function batchReview(
  session: TaskSession,
  { command, context }: { command: Command; context: CommandContext },
): Promise<BatchTask> {
  const flags = command.optsWithGlobals<ReviewFlags>()
  const { settings, files, runtime } = session
  const { directory } = settings.globals
  const baseline = await readBaseline(flags.baseline, { read: files.read, root: runtime.workspace.root, directory })
  const optionsFor = reviewOptionsByPath(settings.config)
  const isWhole = selectorFrom(flags).kind === 'uncommitted'
  return {
    maxTime: settings.config.review.maxTime,
    failOn: () => (path) => optionsFor(path).failOn,
    requireModel: () => {},
    async report(paths, unitSession, options) {
      const request = requestOf(unitSession, flags, { paths: paths.map((path) => fromDirectory(path, unitSession)), context })
      const workspace = isWhole ? wholeFiles(options.runtime.workspace, paths) : options.runtime.workspace
      const report = await runTask(review, request, { ...options, baseline, runtime: { ...options.runtime, workspace } })
      return { report, patch: Buffer.from(report.patch) }
    },
  }
}
