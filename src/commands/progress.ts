import type { AgentEvent } from '../agent/event.ts'
import type { ToolCall } from '../domain/message.ts'
import { plural } from '../domain/plural.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'

interface ProgressStream {
  isTTY?: boolean
  columns?: number
  write(text: string): boolean
}

export interface Progress {
  onEvent(event: AgentEvent): void
  /** Takes the line away; nothing is written afterwards. */
  end(): void
}

interface ProgressOptions {
  quiet: boolean
  /** Writes a line for each call of a tool, also where nobody looks. */
  verbose?: boolean
}

const redrawMs = 100

/** One line on the terminal that says how far a run is. Silent when nobody looks, so that logs stay clean. */
export function createProgress(stream: ProgressStream, { quiet, verbose = false }: ProgressOptions): Progress {
  const tellTrial = stream.isTTY ? () => {} : trialTeller(stream)
  const tell = (event: AgentEvent) => {
    if (!quiet) tellTrial(event)
    if (event.type === 'tool-end' && verbose) tellCall(event, stream)
    if (event.type === 'notice' && !quiet) tellNotice(event, stream)
    if (event.type === 'repair-end' && !quiet) stream.write(`${describeRepair(event)}\n`)
    if (event.type === 'test-try' && !quiet) tellTest(event, stream)
  }
  if (quiet || !stream.isTTY) return { onEvent: tell, end: () => {} }
  const state: ProgressState = {
    stage: 'reading',
    units: 0,
    done: 0,
    outputTokens: 0,
    what: '',
    step: 0,
    startedAt: performance.now(),
    opening: '',
    answerStartedAt: 0,
  }
  let drawn = false
  const clear = () => {
    if (drawn) stream.write('\r\u001b[2K')
    drawn = false
  }
  const draw = () => {
    stream.write(`\r\u001b[2K${lineOf(state, stream.columns ?? 80)}`)
    drawn = true
  }
  const timer = setInterval(draw, redrawMs)
  timer.unref()
  return {
    onEvent(event) {
      take(event, state)
      if ((verbose && event.type === 'tool-end') || event.type === 'repair-end' || event.type === 'test-try' || event.type === 'notice')
        clear()
      tell(event)
    },
    end() {
      clearInterval(timer)
      clear()
    },
  }
}

/** Nobody waits for half an hour before a silent log: every tenth part is a line, where there are enough for that. */
function trialTeller(stream: ProgressStream): (event: AgentEvent) => void {
  const fewest = 10
  let [all, done, missed] = [0, 0, 0]
  return (event) => {
    if (event.type === 'mutant-plan') all = event.mutants
    if (event.type !== 'mutant-end') return
    done++
    if (event.status === 'Survived') missed++
    const isTenth = Math.floor((done * 10) / all) > Math.floor(((done - 1) * 10) / all)
    if (all >= fewest && isTenth) stream.write(`${done} of ${plural(all, 'defect')} tried, ${missed} unnoticed\n`)
  }
}

type EventOf<Kind extends AgentEvent['type']> = Extract<AgentEvent, { type: Kind }>

/** What should be known while something can still be done about it. */
function tellNotice({ message, hint }: EventOf<'notice'>, stream: ProgressStream): void {
  stream.write(`notice: ${terminalLine(message)}\n${hint === '' ? '' : `hint: ${terminalLine(hint)}\n`}`)
}

function tellCall(event: EventOf<'tool-end'>, stream: ProgressStream): void {
  stream.write(`${describeCall(event.call)}${event.isError ? `: ${firstLine(event.text)}` : ''}\n`)
}

/** `src/port.ts:12 eslint/no-var: fixed`. */
function describeRepair({ group, rules, text }: EventOf<'repair-end'>): string {
  return terminalLine(`${group} ${rules.join(', ')}: ${text}`).slice(0, 300)
}

/** `src/price.ts shipping: kept: reaches 2 lines that no test reached`. */
function tellTest({ target, text }: EventOf<'test-try'>, stream: ProgressStream): void {
  stream.write(`${terminalLine(`${target}: ${text}`).slice(0, 300)}\n`)
}

const firstLine = (text: string) => terminalLine(text.split('\n')[0] ?? '').slice(0, 200)

/** `edit_file src/port.ts`: the tool and what of its input names a thing. */
function describeCall({ name, input }: ToolCall): string {
  const given: Record<string, unknown> = typeof input === 'object' && input !== null ? { ...input } : {}
  const named = ['path', 'from', 'command', 'pattern', 'name', 'under'].map((key) => given[key]).find((value) => typeof value === 'string')
  return terminalLine(`${name} ${typeof named === 'string' ? named : ''}`.trim()).slice(0, 120)
}

interface ProgressState {
  /** What is said where nothing is counted; of what is counted, what becomes of each. */
  stage: string
  units: number
  done: number
  outputTokens: number
  /** What is being looked at or done. */
  what: string
  step: number
  startedAt: number
  opening: string
  answerStartedAt: number
}

function take(event: AgentEvent, state: ProgressState): void {
  switch (event.type) {
    case 'engine-open':
      state.opening = `loading ${event.model}`
      break
    case 'stage-start':
      startCounting(state, 0, event.what)
      state.what = ''
      break
    case 'plan-ready':
      startCounting(state, event.units, 'reviewed')
      break
    case 'repair-plan':
      startCounting(state, event.problems, 'dealt with')
      break
    case 'repair-end':
      state.done += event.problems
      break
    case 'mutant-plan':
      startCounting(state, event.mutants, 'defects tried')
      break
    case 'test-plan':
      startCounting(state, event.targets, 'functions done')
      break
    case 'mutant-start':
      begin(state, `${event.path}:${event.line}`)
      break
    case 'test-start':
    case 'unit-start':
      begin(state, event.path)
      break
    case 'unit-end':
    case 'test-end':
    case 'mutant-end':
      state.done++
      break
    case 'step-start':
      state.step = event.step
      begin(state, 'thinking')
      break
    case 'tool-start':
      state.what = describeCall(event.call)
      break
    case 'agent-end':
      state.what = 'checking the change'
      break
    case 'text-delta':
      // Deltas are about a token each; the exact count comes with the report.
      state.outputTokens++
      break
    case 'change-apply':
    case 'notice':
    case 'test-try':
    case 'step-end':
    case 'tool-end':
    case 'tool-skip':
    case 'answer-reject':
    case 'history-fit':
      break
  }
}

function startCounting(state: ProgressState, units: number, stage: string): void {
  state.units = units
  state.done = 0
  state.stage = stage
}

function begin(state: ProgressState, what: string): void {
  state.opening = ''
  state.what = what
  if (state.answerStartedAt === 0) state.answerStartedAt = performance.now()
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

function lineOf(state: ProgressState, columns: number): string {
  const { outputTokens, what, startedAt, opening, answerStartedAt } = state
  const elapsed = performance.now() - startedAt
  const frame = frames[Math.floor(elapsed / redrawMs) % frames.length] ?? ''
  const speed = answerStartedAt === 0 ? 0 : outputTokens / ((performance.now() - answerStartedAt) / 1000)
  const parts = [
    stageOf(state),
    opening || what,
    speed >= 0.1 ? `${speed.toFixed(speed < 10 ? 1 : 0)} tokens/s` : '',
    `${Math.round(elapsed / 1000)}s`,
  ]
  return terminalText(`${frame} ${parts.filter((part) => part !== '').join(' · ')}`).slice(0, Math.max(20, columns - 1))
}

function stageOf({ units, done, step, stage }: ProgressState): string {
  if (step > 0) return `step ${step}`
  return units === 0 ? stage : `${done}/${units} ${stage}`
}
