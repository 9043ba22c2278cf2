import { once } from 'node:events'
import { terminalLine } from '../domain/trust-terminal.ts'
import type { PullProposal } from '../engine/models/ensure-model.ts'
import { formatBytes } from '../engine/models/format-bytes.ts'
import type { TransferEvent } from '../engine/models/transfer.ts'
import type { CommandContext } from './command.ts'

export interface ModelTransfer {
  /** Asks the person at the terminal; null where nobody sits. */
  ask: ((proposal: PullProposal) => Promise<boolean>) | null
  onTransfer: (event: TransferEvent) => void
  /** Takes the progress line away. */
  end: () => void
}

type Clock = () => number

const redrawMs = 100
const barWidth = 24
/** Without a terminal every line stays in somebody's log: one for each tenth. */
const logSteps = 10

/** How a download is asked for and shown: a bar on a terminal, a few plain lines elsewhere, nothing with `--quiet`. */
export function modelTransfer(context: CommandContext, { quiet, now = Date.now }: { quiet: boolean; now?: Clock }): ModelTransfer {
  const { stderr, environment } = context
  const isWatched = stderr.isTTY === true && !(environment.CI && environment.CI !== 'false')
  const bar = isWatched && !quiet ? createBar(stderr, now) : null
  const log = createLog((line) => stderr.write(line))
  return {
    ask: isWatched && isTerminal(context.stdin) ? (proposal) => askToPull(proposal, context) : null,
    onTransfer(event) {
      if (quiet) return
      if (event.type === 'progress') return bar === null ? log(event) : bar.draw(event)
      bar?.end()
      stderr.write(`${terminalLine(sentenceFor(event))}\n`)
    },
    end: () => bar?.end(),
  }
}

type ProgressEvent = Extract<TransferEvent, { type: 'progress' }>

function createBar(stream: CommandContext['stderr'], now: Clock) {
  let drawnAt = -Infinity
  let shown = false
  let start = { key: '', at: 0, bytes: 0 }
  const end = () => {
    if (shown) stream.write('\r\u001b[2K')
    shown = false
  }
  const draw = (event: ProgressEvent) => {
    const key = `${event.phase} ${event.file}`
    if (start.key !== key) start = { key, at: now(), bytes: event.doneBytes }
    const isLast = event.doneBytes === event.totalBytes
    if (isLast) return end()
    if (now() - drawnAt < redrawMs) return
    drawnAt = now()
    shown = true
    const seconds = (now() - start.at) / 1000
    const speed = seconds > 1 ? (event.doneBytes - start.bytes) / seconds : 0
    const line = `${verbs[event.phase].ing} ${terminalLine(event.file)} ${amountOf(event)}${paceOf(event, speed)}`
    stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`)
  }
  return { draw, end }
}

const verbs = {
  download: { ing: 'Downloading', ed: 'Downloaded' },
  copy: { ing: 'Copying', ed: 'Copied' },
  hash: { ing: 'Checking', ed: 'Checked' },
} as const

function amountOf({ doneBytes, totalBytes }: ProgressEvent): string {
  if (totalBytes === null || totalBytes === 0) return formatBytes(doneBytes)
  const filled = Math.round((barWidth * doneBytes) / totalBytes)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  return `${bar} ${Math.floor((100 * doneBytes) / totalBytes)} % of ${formatBytes(totalBytes)}`
}

function paceOf({ doneBytes, totalBytes }: ProgressEvent, speed: number): string {
  if (speed <= 0) return ''
  const left = totalBytes === null ? '' : `, ${timeOf((totalBytes - doneBytes) / speed)} left`
  return ` (${formatBytes(speed)}/s${left})`
}

function timeOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

function createLog(write: (line: string) => unknown) {
  let told = ''
  return ({ phase, file, doneBytes, totalBytes }: ProgressEvent) => {
    const step = totalBytes === null || totalBytes === 0 ? 0 : Math.floor((logSteps * doneBytes) / totalBytes)
    const key = `${phase} ${step} ${file}`
    if (key === told) return
    told = key
    const { ing, ed } = verbs[phase]
    const size = totalBytes === null ? '' : ` of ${formatBytes(totalBytes)}`
    write(step === logSteps ? `${ed} ${terminalLine(file)}.\n` : `${ing} ${terminalLine(file)}: ${step * logSteps} %${size}\n`)
  }
}

function sentenceFor(event: Exclude<TransferEvent, ProgressEvent>): string {
  switch (event.type) {
    case 'wait':
      return `Waiting: ${event.holder} is bringing this model already.`
    case 'retry':
      return `${event.reason}; trying again in ${(event.delayMs / 1000).toFixed(1)} s.`
    case 'restart':
      return `${event.file} begins anew: ${event.reason}.`
    case 'unchecked':
      return `No checksum of ${event.file} is published, so it could not be compared with one.`
  }
}

async function askToPull(
  { title, from, approximateBytes, licence, verified }: PullProposal,
  { stdin, stderr, signal }: CommandContext,
): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises')
  const size = approximateBytes === null ? 'size unknown' : `about ${formatBytes(approximateBytes)}`
  stderr.write(`The model ${terminalLine(title)} is not on this machine.\n`)
  stderr.write(`  ${size}, ${licence === null ? 'licence unknown' : `licence ${terminalLine(licence)}`}, from ${terminalLine(from)}\n`)
  if (!verified) stderr.write('  Nobody has verified this entry: look at its page first.\n')
  const lines = createInterface({ input: stdin, output: stderr, terminal: false })
  try {
    stderr.write('Download it now? [y/N] ')
    const closed = once(lines, 'close', { signal }).then(() => '')
    const answer = await Promise.race([once(lines, 'line', { signal }).then(([line]: string[]) => line ?? ''), closed])
    return /^y(?:es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}

function isTerminal(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true
}
