import { mkdir, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { type Baseline, baselineOf } from '../domain/baseline.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { plural } from '../domain/plural.ts'
import type { Report } from '../domain/report.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { defaultBaseline, parseBaseline } from './baseline-file.ts'
import type { CommandContext } from './command.ts'
import { type TaskFlags, globalFlags } from './flags.ts'
import { readReport } from './read-report.ts'
import { requestOf, reviewNow } from './run-review.ts'
import type { SelectorFlags } from './selector-flags.ts'
import { openTaskSession } from './task-session.ts'
import { openTaskWorkspace } from './task-workspace.ts'
import { writeFileWhole } from '../system/write-file-whole.ts'

type BaselineFlags = TaskFlags & SelectorFlags & { from?: string }

interface BaselineCall {
  command: Command
  paths: readonly string[]
  context: CommandContext
}

/** Writes the baseline of a report, or of a review that is made for it. */
export async function writeBaseline(action: 'create' | 'update', call: BaselineCall): Promise<ExitCode> {
  const { command, context } = call
  const flags = command.optsWithGlobals<BaselineFlags>()
  const path = await baselinePath(command, context)
  const earlier = await readExisting(path)
  if (action === 'create' && earlier) {
    throw new AppError('BASELINE_INVALID', `${path} is there already, with ${plural(earlier.findings.length, 'accepted finding')}.`, {
      hint: 'Use `agent baseline update`, or remove the file first.',
    })
  }
  const report =
    flags.from === undefined ? await reviewForBaseline(call, flags) : await readReport(flags.from, globalFlags(command, context).directory)
  const next = merged(earlier, report)
  if (flags.dryRun) {
    context.stdout.write(`${plural(next.findings.length, 'finding')} would be accepted in ${path}.\n`)
    return exitCodes.clean
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFileWhole(path, `${JSON.stringify(next, null, 2)}\n`)
  context.stdout.write(`${plural(next.findings.length, 'accepted finding')} in ${path}.\n`)
  // What could not be looked at can not have been accepted; whoever scripts this has to know.
  return report.completeness === 'partial' ? exitCodes.incomplete : exitCodes.clean
}

/** Accepted findings of files that the report did not look at stay as they are. */
function merged(earlier: Baseline | null, report: Report): Baseline {
  const { findings } = baselineOf(report.findings)
  const whole = report.coverage.files.filter(({ skipped, seenLines, changedLines }) => skipped === null && seenLines === changedLines)
  const looked = new Set(whole.map(({ path }) => path))
  const isModels = ({ rule }: { rule: string }) => rule.startsWith('review/') && report.engine.kind === 'none'
  const kept = (earlier?.findings ?? []).filter((finding) => !looked.has(finding.path) || isModels(finding))
  const all = new Map([...kept, ...findings].map((finding) => [finding.fingerprint, finding]))
  return {
    version: 1,
    findings: [...all.values()].toSorted((a, b) => (`${a.path}\0${a.fingerprint}` < `${b.path}\0${b.fingerprint}` ? -1 : 1)),
  }
}

async function reviewForBaseline({ command, paths, context }: BaselineCall, flags: BaselineFlags): Promise<Report> {
  const session = await openTaskSession(command, context, { isPatch: flags.patch !== undefined })
  try {
    return await reviewNow(requestOf(session, flags, { paths, context }), { session, flags: { ...flags, baseline: 'none' }, context })
  } finally {
    await session.close()
  }
}

async function baselinePath(command: Command, context: CommandContext): Promise<string> {
  const { baseline } = command.optsWithGlobals<BaselineFlags>()
  const { directory } = globalFlags(command, context)
  if (baseline === 'none')
    throw new AppError('USAGE_INVALID', '--baseline none names no file.', { hint: `Leave it out for ${defaultBaseline}.` })
  if (baseline !== undefined) return resolve(directory, baseline)
  const workspace = await openTaskWorkspace(command, context, { isPatch: false })
  await workspace.close()
  return resolve(workspace.root, defaultBaseline)
}

async function readExisting(path: string): Promise<Baseline | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new AppError('BASELINE_INVALID', `${path} cannot be read: ${error.message}.`, { cause: error })
  })
  return text === null ? null : parseBaseline(text, path)
}

/** Lists what is accepted. */
export async function showBaseline(command: Command, context: CommandContext): Promise<ExitCode> {
  const path = await baselinePath(command, context)
  const baseline = await readExisting(path)
  if (!baseline)
    throw new AppError('BASELINE_INVALID', `There is no baseline ${path}.`, { hint: 'Create it with `agent baseline create`.' })
  const { format } = command.optsWithGlobals<{ format?: string }>()
  const lines = baseline.findings.map(
    ({ path: file, rule, title }) => `${terminalLine(file)}: ${terminalLine(rule)} ${terminalLine(title)}`,
  )
  context.stdout.write(
    format === 'json'
      ? `${JSON.stringify(baseline, null, 2)}\n`
      : `${[`${plural(baseline.findings.length, 'accepted finding')} in ${path}`, ...lines].join('\n')}\n`,
  )
  return exitCodes.clean
}
