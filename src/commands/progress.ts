import type { AgentEvent } from '../agent/event.ts'
import { terminalText } from '../domain/trust-terminal.ts'

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

const redrawMs = 100

/** One line on the terminal that says how far a run is. Silent when nobody looks, so that logs stay clean. */
export function createProgress(stream: ProgressStream, { quiet }: { quiet: boolean }): Progress {
  if (quiet || !stream.isTTY) return { onEvent: () => {}, end: () => {} }
  const state = { units: 0, done: 0, cached: 0, outputTokens: 0, path: '', startedAt: performance.now(), opening: '', answerStartedAt: 0 }
  let drawn = false
  const draw = () => {
    stream.write(`\r\u001b[2K${lineOf(state, stream.columns ?? 80)}`)
    drawn = true
  }
  const timer = setInterval(draw, redrawMs)
  timer.unref()
  return {
    onEvent: (event) => take(event, state),
    end() {
      clearInterval(timer)
      if (drawn) stream.write('\r\u001b[2K')
      drawn = false
    },
  }
}

interface ProgressState {
  units: number
  done: number
  cached: number
  outputTokens: number
  path: string
  startedAt: number
  opening: string
  answerStartedAt: number
}

function take(event: AgentEvent, state: ProgressState): void {
  switch (event.type) {
    case 'engine-open':
      state.opening = `loading ${event.model}`
      break
    case 'plan-ready':
      state.units = event.units
      state.cached = event.cached
      break
    case 'unit-start':
      state.opening = ''
      state.path = event.path
      if (state.answerStartedAt === 0) state.answerStartedAt = performance.now()
      break
    case 'unit-end':
      state.done++
      break
    case 'text-delta':
      // Deltas are about a token each; the exact count comes with the report.
      state.outputTokens++
      break
    case 'step-start':
    case 'step-end':
    case 'tool-start':
    case 'tool-end':
    case 'tool-skip':
    case 'answer-reject':
    case 'history-fit':
    case 'agent-end':
    case 'notice':
      break
  }
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

function lineOf({ units, done, outputTokens, path, startedAt, opening, answerStartedAt }: ProgressState, columns: number): string {
  const elapsed = performance.now() - startedAt
  const frame = frames[Math.floor(elapsed / redrawMs) % frames.length] ?? ''
  const speed = answerStartedAt === 0 ? 0 : outputTokens / ((performance.now() - answerStartedAt) / 1000)
  const parts = [
    units === 0 ? 'reading the change' : `${done}/${units} reviewed`,
    opening || path,
    speed >= 0.1 ? `${speed.toFixed(speed < 10 ? 1 : 0)} tokens/s` : '',
    `${Math.round(elapsed / 1000)}s`,
  ]
  return terminalText(`${frame} ${parts.filter((part) => part !== '').join(' · ')}`).slice(0, Math.max(20, columns - 1))
}
