import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { PrefixStore } from '../../../src/engine/llama/prefix-store.ts'
import { createPrefixes } from '../../../src/engine/llama/prefixes.ts'

const tokens = Array.from({ length: 100 }, (_, index) => index) as Token[]
const signal = new AbortController().signal
const alone = <Value>(work: () => Promise<Value>) => work()

/** A sequence that keeps its tokens in the store below instead of a file. */
function createSequence(files: Map<string, Token[]>, { needsCheckpoints = false, loads = (held: Token[]) => held } = {}) {
  let held: Token[] = []
  const sequence = {
    needsCheckpoints,
    get nextTokenIndex() {
      return held.length
    },
    compareContextTokens: (other: Token[]) => {
      const index = held.findIndex((token, index) => token !== other[index])
      return { firstDifferentIndex: index === -1 ? held.length : index }
    },
    saveStateToFile: async (path: string) => void files.set(path, held),
    loadStateFromFile: async (path: string) => void (held = loads(files.get(path) ?? [])),
    clearHistory: async () => void (held = []),
  }
  return { sequence: sequence as unknown as LlamaContextSequence, evaluate: async () => void (held = [...tokens]), held: () => held }
}

function createScene({ bytes = 10, identity = ['model'] as unknown[], files = new Map<string, Token[]>() } = {}) {
  const store: PrefixStore = {
    find: (key) => (files.has(key) ? { path: key, bytes } : null),
    add: async (key, write) => (await write(key), bytes),
    discard: (key) => void files.delete(key),
  }
  return { files, prefixes: createPrefixes({ store, identity, rhythm: { alone } }) }
}

const slowly = (evaluate: () => Promise<void>) => async () => {
  await sleep(30)
  await evaluate()
}

describe('createPrefixes', () => {
  it('evaluates for the first, lets the others wait, and gives them a copy', async () => {
    const { files, prefixes } = createScene()
    const sequences = [1, 2, 3].map(() => createSequence(files))
    let evaluations = 0
    const isCopy = await Promise.all(
      sequences.map(({ sequence, evaluate }) =>
        prefixes.bring({ sequence, tokens, signal }, async () => {
          evaluations++
          await slowly(evaluate)()
        }),
      ),
    )
    expect([isCopy, evaluations]).toEqual([[false, true, true], 1])
    expect(sequences.map(({ held }) => held())).toEqual([tokens, tokens, tokens])
  })

  it('knows the beginnings of another model or another build from these', async () => {
    const { files, prefixes } = createScene()
    const { sequence, evaluate } = createSequence(files)
    await prefixes.bring({ sequence, tokens, signal }, slowly(evaluate))
    const other = createSequence(files)
    const asAnother = createScene({ files, identity: ['other'] }).prefixes
    expect(await asAnother.bring({ sequence: other.sequence, tokens, signal }, other.evaluate)).toBe(false)
    expect(files.size).toBe(1)
  })

  it('lets whoever comes next evaluate when the first one fails', async () => {
    const { files, prefixes } = createScene()
    const failing = prefixes.bring({ sequence: createSequence(files).sequence, tokens, signal }, () => Promise.reject(new Error('failed')))
    const { sequence, evaluate, held } = createSequence(files)
    const next = prefixes.bring({ sequence, tokens, signal }, evaluate)
    await expect(failing).rejects.toThrow('failed')
    expect([await next, held()]).toEqual([false, tokens])
  })

  it('lets whoever is aborted leave', async () => {
    const { files, prefixes } = createScene()
    const [gate, abort, reason] = [Promise.withResolvers<void>(), new AbortController(), new Error('enough')]
    const first = createSequence(files)
    const evaluating = prefixes.bring({ sequence: first.sequence, tokens, signal }, () => gate.promise)
    const waiting = prefixes.bring({ sequence: createSequence(files).sequence, tokens, signal: abort.signal }, first.evaluate)
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    gate.resolve()
    await evaluating
  })

  it.each<[string, (held: Token[]) => Token[]]>([
    [
      'is refused by the library',
      () => {
        throw new Error('corrupted')
      },
    ],
    ['holds something else', (held) => held.toReversed()],
    ['holds less', (held) => held.slice(1)],
  ])('evaluates anew, and keeps that, when a copy %s', async (_name, loads) => {
    const { files, prefixes } = createScene()
    const first = createSequence(files)
    await prefixes.bring({ sequence: first.sequence, tokens, signal }, slowly(first.evaluate))
    const [before] = files.values()
    const { sequence, evaluate, held } = createSequence(files, { loads })
    expect(await prefixes.bring({ sequence, tokens, signal }, slowly(evaluate))).toBe(false)
    expect([held(), [...files.values()]]).toEqual([tokens, [tokens]])
    expect([...files.values()][0]).not.toBe(before)
  })

  it('keeps nothing that is read no faster than it is evaluated, and does not try again', async () => {
    const { files, prefixes } = createScene({ bytes: 1e9 })
    const { sequence, evaluate } = createSequence(files)
    let saved = 0
    sequence.saveStateToFile = async () => ({ fileSize: saved++ })
    for (let count = 0; count < 2; count++) {
      await sequence.clearHistory()
      await prefixes.bring({ sequence, tokens, signal }, slowly(evaluate))
    }
    expect([saved, files.size]).toEqual([1, 0])
  })

  it('leaves alone what is short, and sequences that cannot be taken back to where the copy ends', async () => {
    const { files, prefixes } = createScene()
    const [short, carried] = [createSequence(files), createSequence(files, { needsCheckpoints: true })]
    await prefixes.bring({ sequence: short.sequence, tokens: tokens.slice(0, 10), signal }, slowly(short.evaluate))
    await prefixes.bring({ sequence: carried.sequence, tokens, signal }, slowly(carried.evaluate))
    expect(files.size).toBe(0)
  })
})
