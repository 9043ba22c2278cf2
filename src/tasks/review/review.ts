import { DeadlineReached } from '../../agent/budget.ts'
import type { Change } from '../../domain/change.ts'
import { AppError } from '../../domain/errors.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import type { Selector } from '../../domain/selector.ts'
import type { Task, TaskContext, TaskResult } from '../task.ts'
import { askUnits, type UnitOutcome } from './ask-units.ts'
import { holdClaims } from './claims.ts'
import { coverageOf, coverageOfChecks, filesSeen, isPartial } from './coverage.ts'
import { markDuplicates } from './duplicates.ts'
import { applyIgnores, findIgnores, type Ignore } from './ignores.ts'
import { lintChange } from './linting/lint-change.ts'
import { lintFacts } from './linting/lint-facts.ts'
import { lintFindings } from './linting/lint-findings.ts'
import type { LintedChange } from './linting/linted-change.ts'
import { modelNotices, summaryOf } from './notices.ts'
import type { ReviewOptions } from './options.ts'
import { type Plan, planReview } from './plan.ts'
import { messagesFor, type SharedPrompt, sharedPrompt } from './prompt.ts'
import { refute } from './refute.ts'
import { loadRules, type Rule } from './rules.ts'
import { applySettings, enabledCategories, type Settings } from './settings.ts'
import { opinionOn } from './linting/tool-opinion.ts'
import { wasRun } from './was-run.ts'

export interface ReviewRequest {
  selector: Selector
  paths: readonly string[]
  stdin?: NodeJS.ReadableStream
  /** `none`: no model was asked for. `auto`: the best one there is. `named`: one that must answer. */
  model: 'none' | 'auto' | 'named'
  /** Why a named engine cannot be opened at all; the checks run all the same. */
  modelError?: { code: string; message: string; hint: string }
  options: ReviewOptions
  optionsFor(path: string): ReviewOptions
  isExcluded(path: string): boolean
  /** Globs of the team's rule files, and where they are read from. */
  rules: readonly string[]
  listRuleFiles(folder: string): Promise<readonly string[]>
  readRuleFile(path: string): Promise<string | null>
  /** Looks only at the files of one shard. */
  isInShard(path: string): boolean
}

/** Lines of unchanged code around each hunk. More of it makes models worse, not better. */
const contextLines = 4
/** Estimated tokens of code in one prompt; with the task, the team's rules and the headings it stays below 4,000. */
const unitTokens = 2600

export const review: Task<ReviewRequest> = {
  name: 'review',
  summary: 'Report defects in a change.',

  async run(request, context) {
    const { workspace, budget } = context
    const { selector, paths, stdin } = request
    // The time limit is for asking; only a pipe that nobody closes may keep the reading from ending.
    const isPiped = selector.kind === 'patch' && selector.source === '-'
    const reading = workspace.readChange(selector, {
      paths,
      contextLines,
      signal: isPiped ? budget.signal : context.signal,
      ...(stdin && { stdin }),
    })
    context.engine?.prepare?.()
    const whole = await reading.catch((error: unknown) => {
      throw error instanceof DeadlineReached ? unread(error) : error
    })
    const change = { ...whole, files: whole.files.filter(({ path }) => request.isInShard(path)) }
    const readNew = cachedReader((path) => readText(context, change.new, path))
    const plan = await planReview(change, { isExcluded: request.isExcluded, readNew, unitTokens })
    const rules = await loadRules(request.rules, { list: request.listRuleFiles, read: request.readRuleFile })
    const heard = await askAndCheck({ plan, rules, whole, change, readNew }, request, context)
    return resultOf({ request, context, change, plan, ...heard, readNew })
  },
}

/** What the model is asked for one change, without asking: for `--dry-run` and for people who want to see a prompt. */
export async function planOf(request: ReviewRequest, { workspace, signal }: Pick<TaskContext, 'workspace' | 'signal'>): Promise<Plan> {
  const { selector, paths, stdin } = request
  const change = await workspace.readChange(selector, { paths, contextLines, signal, ...(stdin && { stdin }) })
  const files = change.files.filter(({ path }) => request.isInShard(path))
  const readNew = (path: string) => readText({ workspace }, change.new, path)
  return planReview({ ...change, files }, { isExcluded: request.isExcluded, readNew, unitTokens })
}

function unread(cause: DeadlineReached): AppError {
  return new AppError('PATCH_INVALID', `No whole patch arrived on standard input before ${cause.message}.`, {
    cause,
    hint: 'Pipe a unified diff into it and close the pipe, e.g. `git diff | agent review --patch -`.',
  })
}

interface Prepared {
  plan: Plan
  rules: readonly Rule[]
  whole: Change
  /** The part of it that this run reviews. */
  change: Change
  readNew(path: string): Promise<string | null>
}

/**
 * The model is slow and linters are other programs: the checks, which are neither, run while one of them is waited for. What linters say is a part of
 * the first request, so that it waits for them, and is the same however long they take.
 */
async function askAndCheck({ plan, rules, whole, change, readNew }: Prepared, request: ReviewRequest, context: TaskContext) {
  const started = Promise.withResolvers<void>()
  const onStart = started.resolve
  const readOld = (path: string) => readText(context, whole.old, path)
  const linting = lintChange({ change, plan, readNew, readOld, onStart }, request, context)
  const asking = linting.then((linted) =>
    context.engine
      ? askUnits(plan.units, { ...promptOptions({ rules, linted, whole }, request, context), onFirstRequest: onStart }, context)
      : Promise.resolve<UnitOutcome[]>([]),
  )
  // Whatever ends the asking is told where it is awaited; here it only must not keep the checks from running.
  await Promise.race([started.promise, asking.catch(() => {})])
  const { checkChange } = await import('./check-change.ts')
  const checking = checkChange({ change: whole, planned: plan.files, readNew, readOld }, request, context)
  const [outcomes, checked, linted] = await Promise.all([asking, checking, linting])
  return { outcomes, checked, linted }
}

interface Prompting {
  rules: readonly Rule[]
  linted: LintedChange
  whole: Change
}

function promptOptions({ rules, whole, linted }: Prompting, { options, optionsFor }: ReviewRequest, context: TaskContext) {
  // One prompt for all, other shards too, so that an engine evaluates it once; each unit's schema then has those of its own path.
  const categories = enabledCategories(options, ...whole.files.map(({ path }) => optionsFor(path)))
  const categoriesFor = (path: string) => enabledCategories(optionsFor(path))
  const shared: SharedPrompt = sharedPrompt(categories, rules)
  const told = new Set<string>()
  const tellOnce = (paths: readonly string[]) => {
    for (const path of paths.filter((candidate) => !told.has(candidate))) {
      told.add(path)
      context.notice({
        code: 'RULE_LEFT_OUT',
        message: `${path} did not fit into the prompt.`,
        hint: 'Shorten the rules, or give each the paths it is for in its front matter.',
      })
    }
  }
  tellOnce(shared.leftOut)
  return {
    categoriesFor: (path: string) => (categoriesFor(path).length > 0 ? categoriesFor(path) : categories),
    maxFindings: (path: string) => optionsFor(path).maxFindings,
    messagesFor(unit: Plan['units'][number]) {
      const { messages, leftOut } = messagesFor(unit, shared, { rules, facts: lintFacts(unit, linted) })
      tellOnce(leftOut)
      return messages
    },
  }
}

interface Gathered {
  request: ReviewRequest
  context: TaskContext
  change: Change
  plan: Plan
  outcomes: readonly UnitOutcome[]
  checked: readonly DraftFinding[]
  linted: LintedChange
  readNew(path: string): Promise<string | null>
}

/** Holds everything that was said to account, and says what was not looked at. */
async function resultOf({ request, context, change, plan, outcomes, checked, linted, readNew }: Gathered): Promise<TaskResult> {
  const settings: Settings = { optionsFor: request.optionsFor }
  const held = holdClaims(outcomes, context.engine?.model ?? '')
  const refuted = await refute(applySettings(held.findings, settings), { readNew, opinionOn: (path) => opinionOn(path, linted) })
  const merged = markDuplicates([...checked, ...lintFindings(linted, change), ...refuted])
  const coverage = request.model === 'none' ? coverageOfChecks(plan) : coverageOf(plan, withoutModel(plan, outcomes, context))
  const ran = { hasModelSeen: filesSeen(outcomes), linted }
  const findings = applyIgnores(merged, await ignoresIn(change, readNew, request.isExcluded), {
    isAdded: addedLookup(change),
    wasRun: (path, rule) => wasRun({ path, rule }, request.optionsFor(path), ran),
  })
  for (const notice of modelNotices({ request, outcomes, held, plan })) context.notice(notice)
  const completeness = isPartial(coverage) ? 'partial' : 'complete'
  const summary = summaryOf({ change, findings, coverage, completeness })
  return { summary, findings, patch: '', completeness, coverage, result: { task: 'review' } }
}

/** Without a model every unit is unseen, and says so. */
function withoutModel(plan: Plan, outcomes: readonly UnitOutcome[], { engine }: TaskContext): readonly UnitOutcome[] {
  return engine ? outcomes : plan.units.map((unit) => ({ unit, status: 'unseen', reason: 'there is no model', error: null }))
}

/** Comments in the files that are looked at: of their whole text where it is known, else of the lines of the hunks. */
async function ignoresIn({ files }: Change, readNew: Gathered['readNew'], isExcluded: (path: string) => boolean) {
  const found: Ignore[] = []
  for (const file of files) {
    if (file.kind !== 'text' || file.omitted !== null || isExcluded(file.path)) continue
    found.push(...findIgnores(file.path, (await readNew(file.path)) ?? newSideOf(file)))
  }
  return found
}

/** The lines of the new side that a diff shows, each on its own line; what it does not show is empty. */
function newSideOf({ hunks }: Change['files'][number]): string {
  const lines: string[] = []
  for (const { newLine, text } of hunks.flatMap((hunk) => hunk.lines))
    if (newLine !== null && newLine < 1_000_000) lines[newLine - 1] = text
  return Array.from(lines, (line) => line ?? '').join('\n')
}

function addedLookup({ files }: Change): (path: string, line: number) => boolean {
  const added = new Set(
    files.flatMap(({ path, hunks }) =>
      hunks.flatMap(({ lines }) => lines.flatMap(({ kind, newLine }) => (kind === 'added' ? [`${path}\0${newLine}`] : []))),
    ),
  )
  return (path, line) => added.has(`${path}\0${line}`)
}

async function readText({ workspace }: Pick<TaskContext, 'workspace'>, tree: Change['new'], path: string): Promise<string | null> {
  const bytes = await workspace.readFile(tree, path).catch(() => null)
  return bytes === null || bytes.includes(0) ? null : bytes.toString('utf8')
}

function cachedReader(read: (path: string) => Promise<string | null>): (path: string) => Promise<string | null> {
  const texts = new Map<string, Promise<string | null>>()
  return (path) => {
    const known = texts.get(path) ?? read(path)
    texts.set(path, known)
    return known
  }
}
