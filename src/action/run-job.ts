import { readFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { runProgram } from '../commands/program.ts'
import { type ExitCode, exitCodes } from '../domain/errors.ts'
import { type Report, reportSchema } from '../domain/report.ts'
import { severities } from '../domain/severity.ts'
import { markdownLine } from '../domain/trust-markdown.ts'
import { gitHistory } from '../publishers/git-history.ts'
import type { Github } from '../publishers/github.ts'
import { reviewStart } from '../publishers/review-start.ts'
import { createGit } from '../workspace/git.ts'
import { tellsFailure } from '../reporters/facts.ts'
import { type Change, commandLineOf } from './command-line.ts'
import { post, type Posted, type Telling, tellingOf } from './comment.ts'
import { findChange } from './find-change.ts'
import type { Job } from './job.ts'
import { keepText, splitAnnotations } from './log.ts'
import { hasNative } from './native.ts'
import { digestOf } from './review-scope.ts'

/** What a run ends with. */
export interface JobResult {
  code: ExitCode
  outputs: Readonly<Record<string, string>>
  /** Markdown for the summary of the step; empty where nothing is to be told. */
  summary: string
  /** What went wrong, for people; null where nothing did. */
  complaint: string | null
}

/** Runs the task over the change of the event, and tells what it found as the inputs want. */
export async function runJob(job: Job, write: (text: string) => unknown): Promise<JobResult> {
  const { occasion, log } = job
  if (occasion.nothing !== null) {
    log.write(`${occasion.nothing} There is nothing to look at.\n`)
    return { code: exitCodes.clean, outputs: { findings: '0', 'highest-severity': 'none' }, summary: '', complaint: null }
  }
  const telling = tellingOf(job.inputs, occasion)
  const change = await findChange(job)
  const scope = await scopeOf(job, telling)
  const ran = await runTask(job, scope.reviewedFrom === null || 'commit' in change ? change : { ...change, from: scope.reviewedFrom })
  log.close()
  const posted = ran.report && scope.github ? await postReport(job, { ...scope, github: scope.github, report: ran.report, telling }) : null
  return conclude({ ...ran, telling, posted }, { job, write })
}

/** Where comments go, and how much of a pull request is new to them. */
interface Scope {
  github: Github | null
  reviewedFrom: string | null
  configDigest: string
}

async function scopeOf(job: Job, { mode }: Telling): Promise<Scope> {
  const { inputs, occasion, apiUrl, remote, signal, log } = job
  const { pullRequest } = occasion
  const token = inputs['github-token']
  if ((mode !== 'review' && mode !== 'check') || pullRequest === null || token === undefined)
    return { github: null, reviewedFrom: null, configDigest: '' }
  const { openGithub } = await import('../publishers/github.ts')
  const github = await openGithub({ repository: remote.repository, token, apiUrl })
  const configDigest = await digestOf(job)
  if (mode !== 'review' || inputs.base !== undefined || inputs.head !== undefined) return { github, reviewedFrom: null, configDigest }
  const history = gitHistory(createGit(remote.directory, remote.environment))
  // Whoever cannot be asked what was reviewed is told everything.
  const reviewedFrom = await reviewStart(github, pullRequest, { ...history, configDigest, signal }).catch(() => {
    signal.throwIfAborted()
    return null
  })
  if (reviewedFrom !== null)
    log.write(`Everything up to ${reviewedFrom.slice(0, 7)} was reviewed before; only what came after it is looked at.\n`)
  return { github, reviewedFrom, configDigest }
}

interface Ran {
  code: ExitCode
  /** Null where none was written: the run went wrong before. */
  report: Report | null
  /** What the command printed: the report as GitHub's log takes it. */
  printed: string
  complaint: string | null
}

async function runTask({ inputs, directory, files, environment, log, signal }: Job, change: Change): Promise<Ran> {
  const stdout = keepText()
  const useCache = hasNative('better-sqlite3', environment)
  // A runner that is gone after the job keeps nothing anyway.
  if (!useCache && environment.RUNNER_ENVIRONMENT === 'self-hosted')
    log.write('Results are not kept for the next run, because better-sqlite3 is not installed on this runner.\n')
  const argv = commandLineOf(inputs, { change, directory, files, useCache })
  const code = await runProgram(argv, { cwd: directory, environment, stdin: new PassThrough().end(), stdout, stderr: log, signal })
  signal.throwIfAborted()
  const report = await readReport(files.json)
  return { code, report, printed: stdout.text(), complaint: complaintOf({ code, report }, { inputs, log }) }
}

/** What has failed, in one sentence. A failure that left a report is told by its notice, so that it does not look like a mere gap. */
function complaintOf({ code, report }: Pick<Ran, 'code' | 'report'>, { inputs, log }: Pick<Job, 'inputs' | 'log'>): string | null {
  if (report && code !== exitCodes.failure) return null
  const told = report?.notices.find(tellsFailure)?.message ?? /^error: (.+)$/m.exec(log.text())?.[1]
  return told ?? `agent ${inputs.task} ended ${report ? 'with a failure' : 'without a report'}.`
}

async function readReport(file: string): Promise<Report | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  return text === null ? null : reportSchema.parse(JSON.parse(text))
}

type Reporting = Omit<Scope, 'github'> & { github: Github; report: Report; telling: Telling }

async function postReport({ inputs, occasion, signal }: Job, { telling, ...scope }: Reporting): Promise<Posted | null> {
  const { pullRequest } = occasion
  if (pullRequest === null || (telling.mode !== 'review' && telling.mode !== 'check')) return null
  return post({ ...scope, mode: telling.mode, pullRequest, inputs }, signal)
}

interface Ending extends Ran {
  telling: Telling
  posted: Posted | null
}

/** Findings stay findings when telling them failed; then annotations tell them. */
async function conclude(
  { code, report, printed, complaint, telling, posted }: Ending,
  { job, write }: { job: Job; write(text: string): unknown },
) {
  const { log, annotations } = splitAnnotations(printed)
  write(log)
  const isPosted = posted?.kind === 'posted'
  const areShown = telling.mode === 'annotations' || ((telling.mode === 'review' || telling.mode === 'check') && !isPosted)
  if (areShown) for (const annotation of annotations) write(`${annotation}\n`)
  const remarks = [telling.remark, ...remarksOn(posted), areShown ? surplus(report, annotations) : null].filter((remark) => remark !== null)
  for (const remark of remarks) job.log.write(`${remark}\n`)
  job.log.close()
  const failure = posted?.kind === 'failed' ? posted.error : null
  return {
    code: failure && code !== exitCodes.findings ? failure.exitCode : code,
    outputs: report ? outputsOf(report, job) : {},
    summary: telling.mode === 'none' ? '' : await summaryOf(job.files.markdown, remarks),
    complaint: failure?.message ?? complaint,
  }
}

function remarksOn(posted: Posted | null): string[] {
  if (posted?.kind === 'not-allowed') return [posted.remark]
  if (posted?.kind !== 'posted') return []
  const { posted: count, kept, resolved, summarised, url, remarks } = posted.published
  return [
    `Posted: ${count} new, ${kept} still there, ${resolved} resolved, ${summarised} in the summary only.${url === null ? '' : ` ${url}`}`,
    ...remarks,
  ]
}

/** GitHub shows ten annotations of a level and drops the others without a word. */
function surplus(report: Report | null, annotations: readonly string[]): string | null {
  const count = report?.findings.filter(({ suppressed }) => suppressed === null).length ?? 0
  const shown = annotations.filter((line) => /^::(?:error|warning|notice) file=/.test(line)).length
  return shown < count
    ? `${shown} of ${count} findings are shown as annotations, which is as many as GitHub takes; the summary of this step has them all.`
    : null
}

function outputsOf({ findings }: Report, { files }: Job): Record<string, string> {
  const active = findings.filter(({ suppressed }) => suppressed === null)
  const highest = severities.toReversed().find((severity) => active.some((finding) => finding.severity === severity))
  return { findings: String(active.length), 'highest-severity': highest ?? 'none', sarif: files.sarif, report: files.json }
}

async function summaryOf(file: string, remarks: readonly string[]): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return [...(text === '' ? [] : [text]), ...remarks.map((remark) => `> ${markdownLine(remark)}\n`)].join('\n')
}
