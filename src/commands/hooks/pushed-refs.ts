import type { Readable } from 'node:stream'
import { AppError } from '../../domain/errors.ts'
import type { PushedRef } from '../../workspace/unpushed.ts'

/** Git writes its lines at once; whoever keeps the pipe open longer has nothing to say. */
const patienceMs = 2000
const mostBytes = 4 * 2 ** 20

/** What git tells a pre-push hook on standard input. A pipe that nobody closes counts as ended after a while, and a terminal has nothing to say. */
export async function readPushedRefs(stdin: Readable & { isTTY?: boolean }, signal: AbortSignal): Promise<PushedRef[]> {
  return stdin.isTTY ? [] : parsePushedRefs(await readBounded(stdin, signal))
}

async function readBounded(stdin: Readable, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  const ended = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  const chunks: Buffer[] = []
  let size = 0
  const stop = () => stdin.destroy()
  ended.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stdin) {
      chunks.push(Buffer.from(chunk as Uint8Array))
      size += chunks.at(-1)?.length ?? 0
      if (size > mostBytes)
        throw new AppError('USAGE_INVALID', 'Git names more refs than a push can have.', { hint: 'Push fewer at once.' })
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!ended.aborted) throw error
  } finally {
    ended.removeEventListener('abort', stop)
    stdin.destroy()
  }
  signal.throwIfAborted()
  return Buffer.concat(chunks).toString('utf8')
}

/** `<local ref> <local id> <remote ref> <remote id>`. A local ref can be an expression with spaces in it; a ref that is deleted brings nothing. */
const pushedLine = /^.+ ([0-9a-f]{40,64}) \S+ ([0-9a-f]{40,64})$/

/** Reads git's lines. What has not been written to its end is no line. */
export function parsePushedRefs(text: string): PushedRef[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.flatMap((line) => {
    const [, local, remote] = pushedLine.exec(line.replace(/\r$/, '')) ?? []
    if (local === undefined || remote === undefined) {
      throw new AppError('USAGE_INVALID', `${JSON.stringify(line.slice(0, 200))} is no line that git writes to a pre-push hook.`, {
        hint: 'Hand standard input on to agent as git gives it to the hook.',
      })
    }
    return isNothing(local) ? [] : [{ local, remote: isNothing(remote) ? null : remote }]
  })
}

/** Git's name for a ref that is not there. */
const isNothing = (id: string) => /^0+$/.test(id)
