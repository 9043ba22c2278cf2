import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from '../domain/finding.ts'
import type { Report } from '../domain/report.ts'
import { atLeast, severities } from '../domain/severity.ts'
import { showHidden } from '../domain/trust.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { activeFindings, describeCounts, tellsFailure } from '../reporters/facts.ts'
import { linesOf } from '../reporters/lines-of.ts'
import { markdown } from '../reporters/markdown.ts'
import type { Annotation, Github, NewCheckRun } from './github.ts'
import { isDoubtful } from './github-failure.ts'
import { maskedFindings } from './masked-findings.ts'
import { placeFinding } from './place-finding.ts'
import type { Publication, Published, Publisher } from './publisher.ts'
import { standOnHead } from './stand-on-head.ts'

/** GitHub takes this many annotations in one request. */
const perRequest = 50
const maxSummary = 60_000
const maxMessage = 4000
const attempts = 3
const pauseMs = 1000

const levels = { error: 'failure', warning: 'warning', note: 'notice' } as const

/** Tells a report as a check of the head that was reviewed, with annotations. Only the token of an app or a workflow may write one. */
export function githubCheck(github: Github): Publisher {
  return { name: 'github-check', publish: (publication, signal) => publish(github, publication, signal) }
}

async function publish(github: Github, given: Publication, signal: AbortSignal): Promise<Published> {
  const { report } = given
  const show = maskedFindings(report)
  const { hasMoved, remarks } = await standOnHead(github, given, signal)
  const active = activeFindings(report).toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
  // The check stays with the commit that was reviewed, so its own change counts, wherever the head is now.
  const annotations = active
    .flatMap((finding) => toAnnotation(finding, given, show(finding)) ?? [])
    .slice(0, Math.max(0, given.maxComments))
  const output = {
    title: titleOf(report, active),
    summary: markdown(report, { color: false, width: 100, stopToken: '', maxBytes: maxSummary }),
  }
  const name = `agent ${terminalLine(report.task).slice(0, 40)}`
  const first = { ...output, annotations: annotations.slice(0, perRequest) }
  const run = await createOnce(github, { name, head: given.pullRequest.head.sha, output: first, ...identity(given, active) }, signal)
  for (let start = perRequest; start < annotations.length; start += perRequest)
    await github.addAnnotations(run.id, { ...output, annotations: annotations.slice(start, start + perRequest) }, signal)
  return {
    posted: annotations.length,
    kept: 0,
    resolved: 0,
    summarised: active.length - annotations.length,
    url: run.url,
    remarks: hasMoved ? remarks : [],
  }
}

/** The same for the same result, so that a run whose answer was lost is recognised. */
function identity(
  { report, pullRequest, failOn = 'error', isUntrusted = false }: Publication,
  active: readonly Finding[],
): Pick<NewCheckRun, 'externalId' | 'conclusion'> {
  const prints = [pullRequest.head.sha, report.timing.totalMs, ...active.map(({ fingerprint }) => fingerprint)]
  const isFailing = failOn !== 'never' && active.some(({ severity }) => atLeast(severity, failOn))
  // Whoever wrote a report that finds nothing may have written it for the green mark.
  const isClean = !isUntrusted && active.length === 0 && report.completeness === 'complete' && !report.notices.some(tellsFailure)
  return {
    externalId: createHash('sha256').update(prints.join('\0')).digest('hex').slice(0, 32),
    conclusion: isFailing ? 'failure' : isClean ? 'success' : 'neutral',
  }
}

const titleOf = ({ completeness }: Report, active: readonly Finding[]) =>
  `${describeCounts(active)}${completeness === 'partial' ? ', incomplete' : ''}`

/** Annotations are plain text, and stand on files that the pull request really has. */
function toAnnotation(finding: Finding, { change }: Publication, shown: Finding): Annotation | null {
  const { region, severity, title, message, rule } = shown
  if (!change.files.some(({ path, status }) => path === region.path && status !== 'deleted')) return null
  const spot = placeFinding(finding, change)
  const lines = spot?.side === 'RIGHT' ? { start: spot.startLine, end: spot.endLine } : linesOf(region)
  return {
    path: region.path,
    start_line: lines?.start ?? 1,
    end_line: lines?.end ?? 1,
    annotation_level: levels[severity],
    message: showHidden(`${title}\n${message}`).slice(0, maxMessage).toWellFormed(),
    title: terminalLine(rule).slice(0, 200).toWellFormed(),
  }
}

async function createOnce(github: Github, run: NewCheckRun, signal: AbortSignal) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await github.createCheckRun(run, signal)
    } catch (error) {
      if (!isDoubtful(error) || attempt === attempts) throw error
      await sleep(pauseMs * attempt, undefined, { signal })
      const there = (await github.listCheckRuns(run.head, run.name, signal)).find(({ externalId }) => externalId === run.externalId)
      if (there) return there
    }
  }
}
