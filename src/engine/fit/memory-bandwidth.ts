import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** More threads than this fill the memory of no desktop any further. */
const mostThreads = 8
const probeMs = 40
const rounds = 4
const blockBytes = 2 ** 25

/** Copies a block that no cache holds, in slices, and tells the best of them: what else the machine does only ever takes away. */
const copier = `
const { parentPort, workerData: { blockBytes, probeMs, rounds } } = require('node:worker_threads')
const [from, to] = [Buffer.alloc(blockBytes, 1), Buffer.alloc(blockBytes, 2)]
parentPort.once('message', () => {
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    let bytes = 0
    while (performance.now() - start < probeMs) {
      from.copy(to)
      bytes += 2 * blockBytes
    }
    best = Math.max(best, (1000 * bytes) / (performance.now() - start))
  }
  parentPort.postMessage(best)
})
parentPort.postMessage(0)
`

/** Bytes a second that the processor moves through the memory of this machine now, with all of its cores; a fifth of a second of work. */
export async function measureMemoryBandwidth(
  signal: AbortSignal,
  threads = Math.min(mostThreads, availableParallelism()),
): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(copier, { eval: true, workerData: { blockBytes, probeMs, rounds } }))
  try {
    await Promise.all(workers.map((worker) => answerOf(worker, signal)))
    const answers = workers.map((worker) => answerOf(worker, signal))
    for (const worker of workers) worker.postMessage('start')
    return (await Promise.all(answers)).reduce((sum, each) => sum + each, 0)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

async function answerOf(worker: Worker, signal: AbortSignal): Promise<number> {
  const [answer] = (await once(worker, 'message', { signal })) as [number]
  return answer
}
