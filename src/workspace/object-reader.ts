import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { AppError } from '../domain/errors.ts'
import { describeBytes } from './describe-bytes.ts'
import type { Git } from './git.ts'

/** Beyond this, a file is not a text that anyone reads, and would not fit in memory beside the others. */
export const maxObjectBytes = 64 * 2 ** 20

export interface GitObject {
  type: string
  bytes: Buffer
}

/** Reads objects one after the other through one `git cat-file --batch`, which is started with the first. */
export interface ObjectReader {
  /** The object with this name, which is one line of bytes; null where there is none. */
  read(name: Buffer): Promise<GitObject | null>
  close(): Promise<void>
}

/** What the index held at the first read is what every later read sees. */
export function openObjectReader(git: Git): ObjectReader {
  let batch: ReturnType<typeof startBatch> | null = null
  let last: Promise<unknown> = Promise.resolve()
  const readNext = async (name: Buffer) => {
    batch ??= startBatch(git)
    try {
      return await batch.read(name)
    } catch (error) {
      await batch.end()
      batch = null
      throw error
    }
  }
  return {
    read(name) {
      const reading = last.then(() => readNext(name))
      last = reading.catch(() => {})
      return reading
    },
    async close() {
      await batch?.end()
      batch = null
    },
  }
}

function startBatch(git: Git) {
  const child = git.start(['cat-file', '--batch'])
  const output = byteReader(child)
  return {
    async read(name: Buffer): Promise<GitObject | null> {
      child.stdin.write(Buffer.concat([name, Buffer.from('\n')]))
      const answer = /^[0-9a-f]{40,64} (?<type>[a-z]+) (?<size>\d+)$/.exec((await output.line()).toString('latin1'))
      // Anything else is the name again, with `missing` or `ambiguous` behind it.
      if (!answer?.groups) return null
      const { type = '', size = '' } = answer.groups
      const isTooLarge = Number(size) > maxObjectBytes
      const bytes = await output.exactly(Number(size) + 1, !isTooLarge)
      if (isTooLarge) throw tooLarge(name, size)
      return { type, bytes: bytes.subarray(0, -1) }
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const closed = once(child, 'close')
      child.stdin.end()
      child.kill()
      await closed
    },
  }
}

const tooLarge = (name: Buffer, size: string) =>
  new AppError('GIT_FAILED', `${name.toString('utf8')} has ${size} bytes; at most ${describeBytes(maxObjectBytes)} are read.`)

/** Takes lines and runs of bytes off a process's output, whatever its chunks are. */
function byteReader(child: ChildProcessWithoutNullStreams) {
  const chunks = child.stdout.iterator() as AsyncIterator<Buffer>
  child.on('error', (error) => child.stdout.destroy(error))
  child.stderr.resume()
  let rest: Buffer = Buffer.alloc(0)
  const more = async () => {
    const { value, done } = await chunks.next()
    if (done) throw new AppError('GIT_FAILED', 'git cat-file ended before it answered.')
    return value
  }
  return {
    async line(): Promise<Buffer> {
      let end = rest.indexOf(10)
      for (; end === -1; end = rest.indexOf(10)) rest = Buffer.concat([rest, await more()])
      const line = rest.subarray(0, end)
      rest = rest.subarray(end + 1)
      return line
    },
    async exactly(size: number, keep: boolean): Promise<Buffer> {
      const taken = [rest]
      let have = rest.length
      for (; have < size; have += rest.length) {
        rest = await more()
        if (keep) taken.push(rest)
      }
      rest = rest.subarray(rest.length - (have - size))
      return Buffer.concat(taken).subarray(0, size)
    },
  }
}
