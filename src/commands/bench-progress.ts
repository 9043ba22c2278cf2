import { terminalLine } from '../domain/trust-terminal.ts'

interface Step {
  what: string
  done: number
  /** 0 while nothing is counted. */
  all: number
}

interface ProgressStream {
  isTTY?: boolean
  columns?: number
  write(text: string): boolean
}

/** Says what is being measured: one line that changes on a terminal, a line for each kind of measurement elsewhere, nothing with `--quiet`. */
export function createBenchProgress(stream: ProgressStream, { quiet }: { quiet: boolean }) {
  let [told, drawn] = ['', false]
  const line = ({ what, done, all }: Step) =>
    `${all === 0 ? '' : `${Math.round((100 * done) / all)} % · `}${all === 0 ? '' : 'measuring '}${terminalLine(what)}`
  return {
    onStep(step: Step): void {
      if (quiet || (!stream.isTTY && step.what === told)) return
      told = step.what
      drawn = stream.isTTY === true
      stream.write(drawn ? `\r\u001b[2K${line(step).slice(0, Math.max(20, (stream.columns ?? 80) - 1))}` : `${line(step)}\n`)
    },
    end(): void {
      if (drawn) stream.write('\r\u001b[2K')
      drawn = false
    },
  }
}
