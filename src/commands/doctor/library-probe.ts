import { availableParallelism } from 'node:os'
import { buildOf } from '../../engine/fit/examine-machine.ts'
import { type Answer, ok, type Probe } from './probe.ts'

/**
 * How the native library was built, and what that costs: bench/results/engine.md has the prebuilt one beside llama-bench on two cores, one answer at a time.
 * The more threads there are, the longer it takes to start them.
 */
export const libraryProbe: Probe = {
  name: 'library build',
  deadlineMs: 30_000,
  async examine({ backend, platform }) {
    // That it does not start at all is told elsewhere.
    const found = await backend().catch(() => null)
    if (found === null) return null
    if (buildOf(found) === 'source') return ok('built on this machine: its threads stay from one token to the next')
    const onProcessor = found.name === 'cpu'
    if (!onProcessor) return ok('prebuilt, which costs nothing where a GPU computes')
    if (found.threads < 2) return ok('prebuilt, which costs nothing with one thread')
    return platform === 'linux' ? slower() : ok('prebuilt')
  },
}

function slower(): Answer {
  return {
    ...ok(
      'prebuilt: it starts its threads anew for each token; with two of them 0.92 of what llama.cpp reaches was measured, and more cost more',
    ),
    remedy: `\`agent doctor --build-engine\` builds it here, which takes some ${availableParallelism() > 4 ? '5' : '15'} minutes, with threads that stay; \`agent bench\` says what that gains.`,
  }
}
