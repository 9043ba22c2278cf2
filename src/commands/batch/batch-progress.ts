import { plural } from '../../domain/plural.ts'
import { formatDuration } from '../../domain/quantity.ts'
import { terminalLine, terminalText } from '../../domain/trust-terminal.ts'
import type { CommandContext } from '../command.ts'
import type { GlobalFlags } from '../flags.ts'

/** How a batch tells how far it is. */
export interface BatchProgress {
  start(unit: string): void
  /** One line, such as what a unit has come to. */
  end(unit: string, text: string, isFailure: boolean): void
  stop(): void
}

interface ProgressOptions extends Pick<GlobalFlags, 'quiet' | 'verbose'> {
  noun: 'file' | 'package'
  all: number
  /** How many of them were done before. */
  known: number
}

const redrawMs = 100
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** On a terminal one line that changes, and what has failed; elsewhere one line for each unit. */
export function createBatchProgress(
  stream: CommandContext['stderr'],
  { noun, all, known, quiet, verbose }: ProgressOptions,
): BatchProgress {
  const startedAt = performance.now()
  const running = new Set<string>()
  let done = known
  const isLive = !quiet && stream.isTTY === true
  const clear = () => {
    if (isLive) stream.write('\r\u001B[2K')
  }
  const draw = () => {
    clear()
    stream.write(lineOf({ done, all, known, noun, running: [...running], elapsed: performance.now() - startedAt }, stream.columns ?? 80))
  }
  const timer = isLive ? setInterval(draw, redrawMs).unref() : undefined
  if (known > 0 && !quiet) stream.write(`${known} of ${plural(all, noun)} ${known === 1 ? 'is' : 'are'} known from an earlier run.\n`)
  return {
    start(unit) {
      running.add(unit)
      if (isLive) draw()
    },
    end(unit, text, isFailure) {
      running.delete(unit)
      done++
      if (quiet || (isLive && !isFailure && !verbose)) return
      clear()
      stream.write(`${done}/${all} ${terminalLine(unit)}: ${terminalLine(text)}\n`)
    },
    stop() {
      clearInterval(timer)
      clear()
    },
  }
}

interface Standing {
  done: number
  all: number
  known: number
  noun: string
  running: readonly string[]
  elapsed: number
}

/** `⠋ 12/40 files · src/a.ts, src/b.ts · 35s · about 1m20s left`. */
function lineOf({ done, all, known, noun, running, elapsed }: Standing, columns: number): string {
  const [current = '', ...others] = running
  const fresh = done - known
  const left = fresh > 0 && done < all ? `about ${inSeconds((elapsed / fresh) * (all - done))} left` : ''
  const what = others.length === 0 ? current : `${current} and ${others.length} more`
  const parts = [`${done}/${all} ${noun}s`, what, inSeconds(elapsed), left].filter((part) => part !== '')
  const frame = frames[Math.floor(elapsed / redrawMs) % frames.length] ?? ''
  return terminalText(`${frame} ${parts.join(' · ')}`).slice(0, Math.max(20, columns - 1))
}

/** `0.4s`, `12s`, `3m20s`. */
export function inSeconds(milliseconds: number): string {
  return milliseconds < 9_950 ? `${(milliseconds / 1000).toFixed(1)}s` : formatDuration(Math.round(milliseconds / 1000) * 1000)
}
