import { setTimeout as sleep } from 'node:timers/promises'
import type { Container } from 'dockerode'

/** How long output may lag behind the end of the container. */
const outputMs = 2000
const pollMs = 500
/** The daemon may learn of an end a little later than we do. */
const maxLooks = 12

/**
 * The exit status of a container that is about to be started and whose output comes through this stream, once both are at their end. The client
 * never settles a question whose answer breaks off, so where the stream ends first, the container is looked at as well.
 */
export async function exitOf(container: Container, stream: NodeJS.ReadableStream): Promise<number> {
  const over = new AbortController()
  const drained = endOf(stream)
  try {
    const waited = container.wait({ condition: 'next-exit' }).then(({ StatusCode }: { StatusCode: number }) => StatusCode)
    const seen = drained.then(() => lookUntilOver(container, over.signal))
    const code = await Promise.race([waited, seen])
    await Promise.race([drained, sleep(outputMs, undefined, { signal: over.signal })])
    return code
  } finally {
    over.abort()
  }
}

/** A connection that breaks ends the stream, too. */
function endOf(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'error', 'close']) stream.once(event, () => resolve())
  })
}

/** The first process of a container holds the output open as long as it lives, whatever the program closes. */
async function lookUntilOver(container: Container, signal: AbortSignal): Promise<number> {
  for (let look = 0; look < maxLooks; look++) {
    await sleep(pollMs, undefined, { signal })
    const { Running, ExitCode } = (await container.inspect()).State
    if (!Running) return ExitCode
  }
  throw new Error('the connection broke while a command ran')
}
