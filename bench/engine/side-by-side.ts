import { openLocalEngine } from '../../src/engine/llama/open-local-engine.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { Message } from '../../src/domain/message.ts'
import { askOnce, generationSpeed, promptSpeed, type Timing } from '../../src/tasks/bench/ask-once.ts'
import { processesBelow } from '../../src/tasks/bench/process-memory.ts'
import { sampleFunction, sampleText } from '../../src/tasks/bench/sample-text.ts'
import { llamaBench } from './llama-bench.ts'
import { startLlamaServer } from './llama-server.ts'
import { type Goal, makeRounds, measured, type Measured, type Pairs } from './rounds.ts'

export interface Setting {
  model: string
  threads: number
  gpu: 'off' | 'cuda' | 'vulkan' | 'metal'
  llamaBench: string
  llamaServer: string
  rounds: number
  /** Replies of 150 tokens to a prompt that begins as the one before, for their 95th percentile. */
  replies: number
  /** How long the whole setting may take, load included. */
  milliseconds: number
  say(text: string): void
}

export interface SettingResult {
  threads: number
  measures: Measured[]
  loadMs: { ours: number; theirs: number }
  /** Milliseconds of each reply, and of llama-server's. */
  replies: { ours: number[]; theirs: number[] }
}

const [parallel, contextTokens] = [8, 3072]
const [promptTokens, generatedTokens, prefixTokens, replyTokens] = [512, 96, 2000, 150]
const unitTokens = { prompt: 64, answer: 48 }

const goals = {
  generation: { title: 'generation', unit: 'tokens/s', atLeast: 0.95 },
  prompt: { title: `prompt of ${promptTokens} tokens`, unit: 'tokens/s', atLeast: 1 },
  serverGeneration: { title: 'generation, of the server', unit: 'tokens/s' },
  serverPrompt: { title: `prompt of ${promptTokens} tokens, of the server`, unit: 'tokens/s' },
  warm: { title: `first token after ${prefixTokens} known ones`, unit: 'ms', atMost: 0.9 },
  four: { title: '4 units together', unit: 'tokens/s', atLeast: 1.1 },
  eight: { title: '8 units together', unit: 'tokens/s', atLeast: 1.1 },
  memory: { title: 'resident memory', unit: 'MB', atMost: 1.1 },
  reply: { title: `reply of ${replyTokens} tokens`, unit: 'ms' },
} as const satisfies Record<string, Goal>

/** Measures our engine, llama-bench and llama-server by turns: same file, same threads, same prompts. */
export async function sideBySide(setting: Setting): Promise<SettingResult> {
  const { model, threads, gpu, say } = setting
  const until = performance.now() + setting.milliseconds
  const startedAt = performance.now()
  const options = { modelPath: model, digest: null, name: null, contextTokens, gpu, threads, parallel, environment: process.env }
  const ours = await openLocalEngine(options, { model: 'ours', signal: AbortSignal.timeout(600_000) })
  const loaded = performance.now() - startedAt
  say(`our engine computes on ${ours.backend.name} with ${ours.backend.threads} threads, ${ours.parallel} sequences`)
  try {
    const isOnGpu = gpu !== 'off'
    const server = await startLlamaServer({ program: setting.llamaServer, model, threads, isOnGpu, parallel, contextTokens })
    try {
      const bench = createMeasures({ ours, theirs: server.engine, setting })
      const part = async (name: string, share: number, measure: (round: number) => Promise<Pairs>) => {
        const end = Math.min(until, performance.now() + setting.milliseconds * share)
        return await makeRounds(measure, { wanted: setting.rounds, until: end, fewest: 1, say: (text) => say(`${name}: ${text}`) })
      }
      const single = await part('one at a time', 0.4, bench.single)
      const units = await part('units', 0.3, bench.units)
      await bench.know()
      const warm = await part('warm prefix', 0.1, bench.warm)
      const replies = { ours: [] as number[], theirs: [] as number[] }
      for (let reply = 0; reply < setting.replies; reply++) await bench.reply(reply, replies)
      const memory = await makeRounds(() => memoryOf(server.pid), { wanted: 1, until: 0, fewest: 1, say: () => {} })
      const ourself = { threads, against: 'llama-bench' }
      const served = { threads, against: 'llama-server' }
      return {
        threads,
        measures: [
          measured(goals.generation, single, ourself),
          measured(goals.prompt, single, ourself),
          measured(goals.serverGeneration, single, served),
          measured(goals.serverPrompt, single, served),
          measured(goals.four, units, served),
          measured(goals.eight, units, served),
          measured(goals.warm, warm, served),
          measured(goals.memory, memory, served),
        ],
        loadMs: { ours: loaded, theirs: server.loadMs },
        replies,
      }
    } finally {
      await server.close()
    }
  } finally {
    await ours.close()
  }
}

/** What is asked of both, in turns that change places each round. */
function createMeasures({ ours, theirs, setting }: { ours: Engine; theirs: Engine; setting: Setting }) {
  const { model, threads, gpu, llamaBench: program } = setting
  const signal = AbortSignal.timeout(24 * 3_600_000)
  const countTokens = (text: string) => ours.countTokens(text)
  let [asked, known] = [0, '']
  const ask = (engine: Engine, messages: readonly Message[], maxTokens: number) => askOnce(engine, messages, { maxTokens, seed: 0, signal })
  /** Code that nobody has seen before. */
  const fresh = async (tokens: number): Promise<readonly Message[]> => {
    const text = await sampleText(tokens, { from: 1000 * ++asked, countTokens })
    return [{ role: 'user', text: `${asked}. ${text}` }]
  }
  const inTurns = async <T>(round: number, measure: (engine: Engine) => Promise<T>): Promise<{ ours: T; theirs: T }> => {
    if (round % 2 === 0) return { ours: await measure(ours), theirs: await measure(theirs) }
    const second = await measure(theirs)
    return { ours: await measure(ours), theirs: second }
  }
  const together = async (engine: Engine, prompts: readonly (readonly Message[])[]): Promise<number> => {
    const startedAt = performance.now()
    const answers = await Promise.all(prompts.map((messages) => ask(engine, messages, unitTokens.answer)))
    return (1000 * answers.reduce((sum, { outputTokens }) => sum + outputTokens, 0)) / (performance.now() - startedAt)
  }
  const warmPrompt = (index: number): readonly Message[] => [
    { role: 'system', text: known },
    { role: 'user', text: sampleFunction(900_000 + index).slice(0, 120) },
  ]

  return {
    async single(round: number): Promise<Pairs> {
      const bench = () => llamaBench({ program, model, threads, isOnGpu: gpu !== 'off', promptTokens, generatedTokens })
      const before = round % 2 === 0 ? await bench() : null
      const cold = await fresh(promptTokens)
      const read = await inTurns(round, (engine) => ask(engine, cold, 1))
      const short: readonly Message[] = [{ role: 'user', text: `Go ${++asked}.` }]
      const spoken = await inTurns(round, (engine) => ask(engine, short, generatedTokens))
      const llama = before ?? (await bench())
      return {
        [goals.generation.title]: pair(generationSpeed(spoken.ours), llama.generation),
        [goals.prompt.title]: pair(promptSpeed(read.ours), llama.prompt),
        [goals.serverGeneration.title]: pair(generationSpeed(spoken.ours), generationSpeed(spoken.theirs)),
        [goals.serverPrompt.title]: pair(promptSpeed(read.ours), promptSpeed(read.theirs)),
      }
    },
    async units(round: number): Promise<Pairs> {
      const prompts = await Promise.all(Array.from({ length: 12 }, () => fresh(unitTokens.prompt)))
      const four = await inTurns(round, (engine) => together(engine, prompts.slice(0, 4)))
      const eight = await inTurns(round, (engine) => together(engine, prompts.slice(4)))
      return { [goals.four.title]: pair(four.ours, four.theirs), [goals.eight.title]: pair(eight.ours, eight.theirs) }
    },
    /** Lets both read the prefix that the warm requests share. */
    async know(): Promise<void> {
      known = await sampleText(prefixTokens, { from: 5_000_000, countTokens })
      await inTurns(0, (engine) => ask(engine, warmPrompt(-1), 1))
    },
    async warm(round: number): Promise<Pairs> {
      const first = await inTurns(round, (engine) => ask(engine, warmPrompt(round), 1))
      return { [goals.warm.title]: pair(first.ours.firstTokenMs, first.theirs.firstTokenMs) }
    },
    async reply(index: number, replies: SettingResult['replies']): Promise<void> {
      const times = await inTurns(index, (engine) => ask(engine, warmPrompt(1000 + index), replyTokens))
      replies.ours.push(whole(times.ours))
      replies.theirs.push(whole(times.theirs))
    },
  }
}

function whole({ totalMs, outputTokens }: Timing): number {
  if (outputTokens < replyTokens) throw new Error(`A reply ended after ${outputTokens} tokens; this needs a model that goes on.`)
  return totalMs
}

function pair(ours: number | null, theirs: number | null): Pairs[string] {
  return ours === null || theirs === null ? null : { ours, theirs }
}

/** Everything below this process is ours or llama-server. */
async function memoryOf(serverPid: number): Promise<Pairs> {
  const megabytes = (rows: readonly { residentBytes: number }[]) => rows.reduce((sum, { residentBytes }) => sum + residentBytes, 0) / 1e6
  const rows = await processesBelow(process.pid)
  const [theirs, ours] = [rows.filter(({ pid }) => pid === serverPid), rows.filter(({ pid }) => pid !== serverPid)]
  return { [goals.memory.title]: { ours: megabytes(ours), theirs: megabytes(theirs) } }
}
