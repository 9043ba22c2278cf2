import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { guardCommands } from '../domain/trust-github.ts'

/** A stream that keeps what is written to it. */
export interface Kept extends Writable {
  text(): string
}

export function keepText(): Kept {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString('utf8') })
}

/** The log of a job, in which the runner takes lines for commands: from what is written here it takes none. */
export interface GuardedLog extends Writable {
  /** Ends a line that was begun, and lets the runner take commands again. */
  close(): void
  /** What was written so far. */
  text(): string
}

/** Everything goes through one stream, because the runner reads two in no order that could be relied on. */
export function openGuardedLog(write: (text: string) => unknown): GuardedLog {
  const token = randomUUID()
  const decoder = new StringDecoder('utf8')
  let [line, told, isOpen] = ['', '', false]
  const tell = (text: string) => {
    if (!isOpen) write(`::stop-commands::${token}\n`)
    isOpen = true
    told += text
    write(guardCommands(text))
  }
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = (line + decoder.write(chunk)).split('\n')
      line = lines.pop() ?? ''
      if (lines.length > 0) tell(`${lines.join('\n')}\n`)
      done()
    },
  })
  return Object.assign(stream, {
    close() {
      if (line !== '') tell(`${line}\n`)
      line = ''
      if (isOpen) write(`::${token}::\n`)
      isOpen = false
    },
    text: () => told,
  })
}

/** The two parts of what the reporter for GitHub writes: text in which no command counts, and then commands. */
export function splitAnnotations(text: string): { log: string; annotations: string[] } {
  const token = /^::stop-commands::(\S+)\n/.exec(text)?.[1]
  const end = token === undefined ? -1 : text.lastIndexOf(`\n::${token}::\n`)
  if (token === undefined || end === -1) return { log: guardCommands(text), annotations: [] }
  const start = end + `\n::${token}::\n`.length
  return {
    log: text.slice(0, start),
    annotations: text
      .slice(start)
      .split('\n')
      .filter((line) => line !== ''),
  }
}
