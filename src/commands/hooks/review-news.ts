import { type ExitCode, exitCodes } from '../../domain/errors.ts'
import { exitCodeFor, isFailure } from '../../domain/exit-code.ts'
import type { Finding } from '../../domain/finding.ts'
import { maskSecrets } from '../../domain/mask.ts'
import { plural } from '../../domain/plural.ts'
import { formatDuration } from '../../domain/quantity.ts'
import type { Notice, Report } from '../../domain/report.ts'
import type { FailOn } from '../../domain/severity.ts'
import { terminalLine, terminalText } from '../../domain/trust-terminal.ts'
import { excerptOf } from '../../reporters/excerpt.ts'
import { activeFindings, describeCounts, unseenFiles } from '../../reporters/facts.ts'
import { linesOf } from '../../reporters/lines-of.ts'
import { createPage, type Page, severityColors } from '../../reporters/page.ts'
import { wrapText } from '../../reporters/text-layout.ts'
import { oneLine, withHint } from './one-line.ts'

/** What has to be known of a review to tell of it. */
export interface ReviewedFor {
  stops: 'commit' | 'push'
  /** What `agent review` needs to look at the same again. */
  flags: string
  /** The same for what went on. */
  flagsAfterwards: string
  /** Milliseconds that there were. */
  maxTime: number
  isTimeOver: boolean
  failOnFor(path: string): FailOn
}

const mostFindings = 10
const mostPlaces = 3

/** What a person has to read of a review that a hook made, and how the hook ends. Without findings that stop git it is a line or nothing. */
export function reviewNews(
  report: Report,
  reviewed: ReviewedFor,
  layout: { color: boolean; width: number },
): { code: ExitCode; text: string } {
  const masked = maskSecrets(report)
  const active = activeFindings(masked)
  const stopping = active.filter((finding) => isStopping(finding, reviewed))
  const milder = active.filter((finding) => !isStopping(finding, reviewed))
  const page = createPage({ ...layout, stopToken: '' })
  const told = stopping.length > 0 ? stoppingText(stopping, milder.length, { reviewed, page }) : milderLine(milder, reviewed)
  return { code: exitCodeFor(masked, reviewed.failOnFor), text: told + unreviewedLine(masked, reviewed) }
}

function isStopping(finding: Finding, { failOnFor }: ReviewedFor): boolean {
  return exitCodeFor({ findings: [finding], notices: [], completeness: 'complete' }, failOnFor) === exitCodes.findings
}

interface Telling {
  reviewed: ReviewedFor
  page: Page
}

function stoppingText(stopping: readonly Finding[], milder: number, { reviewed, page }: Telling): string {
  const { stops, flags } = reviewed
  const shown = stopping.slice(0, mostFindings)
  const more = stopping.length > shown.length ? ` ${plural(stopping.length - shown.length, 'finding')} more than shown.` : ''
  const others = milder > 0 ? ` (${milder} milder ${milder === 1 ? 'one does' : 'ones do'} not)` : ''
  const verdict = `${describeCounts(stopping)} ${stopping.length === 1 ? 'stops' : 'stop'} this ${stops}${others}.${more}`
  const rule = shown[0]?.rule ?? ''
  return [
    ...shown.map((finding) => findingBlock(finding, page)),
    `agent: ${page.paint('bold', verdict)}`,
    `  Look closer:  ${command('review', flags)}`,
    `  Not a defect: say why in a comment on its line, \`agent-ignore[${terminalLine(rule)}]: …\`, or accept it with \`${command('baseline update', flags)}\`.`,
    '',
  ].join('\n')
}

/** Editors and terminals open `path:line` on a click. */
function findingBlock(finding: Finding, page: Page): string {
  const { severity, rule, title, message } = finding
  const { paint, width } = page
  const rows = [
    ...wrapText(terminalLine(title), width - 2).map((row) => paint('bold', row)),
    ...excerptOf({ ...finding, replacement: null }, page),
    ...wrapText(terminalText(message), width - 2),
  ]
  const head = `${paint('cyan', placeOf(finding))}  ${paint([severityColors[severity], 'bold'], severity)}  ${paint('dim', terminalLine(rule))}`
  return `${[head, ...rows.map((row) => `  ${row}`.trimEnd())].join('\n')}\n`
}

function milderLine(milder: readonly Finding[], { stops, flagsAfterwards }: ReviewedFor): string {
  if (milder.length === 0) return ''
  const places = listed(
    milder.map((finding) => `${placeOf(finding)} ${finding.title}`),
    'finding',
  )
  return oneLine(
    `${describeCounts(milder)}, which ${milder.length === 1 ? 'does' : 'do'} not stop the ${stops}: ${places}. See ${command('review', flagsAfterwards)}`,
  )
}

/** What was not looked at, why, and what to do about it: of several reasons the one that explains the others. */
function unreviewedLine({ notices, coverage }: Report, { stops, flagsAfterwards, maxTime, isTimeOver }: ReviewedFor): string {
  const unseen = unseenFiles({ coverage })
  const failure = notices.find(({ code }) => isFailure(code))
  if (unseen.length === 0) {
    const notice = failure ?? notices.find(isWorthTelling)
    return notice ? oneLine(withHint(notice.message, notice.hint)) : ''
  }
  const files = listed(
    unseen.map(({ path }) => path),
    'file',
  )
  if (isTimeOver) {
    const again = command('review', flagsAfterwards)
    return oneLine(`no time was left within ${formatDuration(maxTime)} to review ${files}. Do so with ${again}`)
  }
  if (!failure && notices.some(({ code }) => code === 'MODEL_MISSING'))
    return oneLine(`there is no model, so only the checks looked at ${files}. ${modelHint}`)
  const hint = notices.find(({ code }) => code === 'UNITS_UNSEEN')?.hint ?? ''
  const reasons = [...new Set(unseen.map(({ reason }) => reason))].join('; ')
  const why = failure ? withHint(failure.message, failure.hint) : `${reasons}. ${hint}`
  return oneLine(`${files} of this ${stops} ${unseen.length === 1 ? 'was' : 'were'} not reviewed: ${why}`)
}

const modelHint =
  'Get one with `agent models pull <id>`, name a server in AGENT_BASE_URL, or set engine.use to none to be content with the checks.'

/** Notices that are no failure, and have to be known all the same. */
const tellingCodes: ReadonlySet<Notice['code']> = new Set([
  'MODEL_MISSING',
  'UNITS_UNSEEN',
  'CACHE_UNUSABLE',
  'MEMORY_DAMAGED',
  'LINTER_FAILED',
  'LINTERS_NOT_RUN',
])

/** The compiler of a large project never ends within the time of a hook. Told at each commit, that is noise: `agent review` tells it where there is more time. */
function isWorthTelling({ code, hint }: Notice): boolean {
  const asksForTime = hint.includes('--max-time')
  return tellingCodes.has(code) && !(code === 'LINTER_FAILED' && asksForTime)
}

function listed(items: readonly string[], what: string): string {
  const distinct = [...new Set(items)]
  const shown = distinct.slice(0, mostPlaces).join(', ')
  return distinct.length > mostPlaces ? `${shown} and ${plural(distinct.length - mostPlaces, `more ${what}`)}` : shown
}

function placeOf({ region }: Finding): string {
  const lines = linesOf(region)
  return terminalLine(region.path) + (lines ? `:${lines.start}` : '')
}

const command = (name: string, flags: string) => `agent ${name} ${flags}`.trim()
