import { randomUUID } from 'node:crypto'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { apiKeyFrom } from '../config/environment.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { parseTimeout } from '../domain/quantity.ts'
import { jsonText } from '../domain/trust-json.ts'
import { version } from '../domain/version.ts'
import { chooseEngine } from '../engine/choose-engine.ts'
import type { EngineHandle } from '../engine/engine.ts'
import { bench } from '../tasks/bench/bench.ts'
import type { BenchReport } from '../tasks/bench/bench-report.ts'
import type { SamplePlan } from '../tasks/bench/take-samples.ts'
import type { benchFormats } from './bench.ts'
import { createBenchProgress } from './bench-progress.ts'
import { colorEnabled } from './color.ts'
import type { CommandContext } from './command.ts'
import { configOverrides, type TaskFlags } from './flags.ts'
import { type CommandSettings, loadSettings } from './load-settings.ts'
import { machineMemory } from './machine-memory.ts'
import { modelTransfer } from './model-transfer.ts'

interface BenchFlags extends Pick<TaskFlags, 'engine' | 'model' | 'baseUrl' | 'apiKeyEnv' | 'seed' | 'pull'> {
  against?: string
  againstModel?: string
  tokens: number
  runs?: number
  quick?: boolean
  /** Milliseconds; undefined asks the question of the default without judging by it. */
  goal?: number
  maxTime: string
  format: (typeof benchFormats)[number]
  output?: string
}

const defaultGoalMs = 800

/** Measures the model, prints what came out, and returns the exit code of the contract. */
export async function runBench(command: Command, context: CommandContext): Promise<ExitCode> {
  const flags = command.optsWithGlobals<BenchFlags>()
  const { engine, model, baseUrl, apiKeyEnv, seed, pull } = flags
  const named = Object.entries({ engine, model, baseUrl, apiKeyEnv, seed, pull }).filter(([, value]) => value !== undefined)
  const settings = await loadSettings(command, context, { flags: configOverrides(Object.fromEntries(named)) })
  const handles: [EngineHandle, ...EngineHandle[]] = [await handleOf(settings, context)]
  if (flags.against !== undefined) handles.push(await againstHandle(flags.against, flags.againstModel ?? null))
  const { stderr, signal } = context
  const progress = createBenchProgress(stderr, { quiet: settings.globals.quiet })
  const maxTime = parseTimeout(flags.maxTime) ?? 0
  try {
    const found = await bench({
      handles,
      plan: planOf(flags, settings.config.engine.seed),
      goalMs: flags.goal ?? defaultGoalMs,
      nonce: randomUUID().slice(0, 8),
      pid: process.pid,
      signal,
      timeUp: AbortSignal.timeout(maxTime),
      onStep: progress.onStep,
    })
    progress.end()
    await print({ schemaVersion: 1, tool: { name: 'coding-agent', version }, machine: machine(), ...found }, { flags, settings, context })
    return exitCodeOf(found, flags)
  } catch (error) {
    throw isTimeout(error) ? tooSlow(flags.maxTime) : error
  } finally {
    progress.end()
  }
}

async function handleOf({ config, globals }: CommandSettings, context: CommandContext): Promise<EngineHandle> {
  const { environment, signal } = context
  const transfer = modelTransfer(context, { quiet: globals.quiet })
  const choice = await chooseEngine({
    engine: config.engine,
    apiKey: () => apiKeyFrom(config.engine, environment) ?? null,
    environment,
    openStore: async () => (await import('./open-store.ts')).openStore(config, { directory: globals.directory, environment }),
    allowPull: config.models.autoPull,
    ...transfer,
    // Nothing of the user's is sent, so there is nothing to look for.
    findSecrets: async () => [],
    signal,
  }).finally(transfer.end)
  if (choice.kind === 'engine') return choice.handle
  if (choice.kind === 'failed') throw choice.error
  throw new AppError('ENGINE_UNAVAILABLE', 'There is no model to measure.', {
    hint: 'Name one with --model or --base-url; `agent models list` and `agent models pull <id>` bring one here.',
  })
}

async function againstHandle(baseUrl: string, model: string | null): Promise<EngineHandle> {
  const [{ endpointHandle }, { defaultDeadlines }] = await Promise.all([
    import('../engine/openai/endpoint-handle.ts'),
    import('../engine/openai/endpoint-options.ts'),
  ])
  const deadlines = { ...defaultDeadlines, firstTokenMs: 600_000, totalMs: 1_800_000 }
  const rest = { apiKey: null, contextTokens: null, parallel: null, maxRetries: 0, rememberIn: null, userAgent: `coding-agent/${version}` }
  return endpointHandle({ baseUrl, model, deadlines, ...rest })
}

function planOf({ tokens, runs, quick = false }: BenchFlags, seed: number): SamplePlan {
  return quick
    ? { tokens, seed, replies: runs ?? 5, colds: 2, batches: 1, units: [1, 4] }
    : { tokens, seed, replies: runs ?? 20, colds: 3, batches: 2, units: [1, 4, 8] }
}

function machine(): BenchReport['machine'] {
  const processors = cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: machineMemory().totalBytes,
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
  }
}

async function print(
  report: BenchReport,
  { flags, settings, context }: { flags: BenchFlags; settings: CommandSettings; context: CommandContext },
): Promise<void> {
  const { stdout, environment } = context
  const color = flags.output === undefined && colorEnabled(stdout, environment, settings.globals.color)
  const text = await textOf(report, flags.format, color)
  if (flags.output === undefined) return void stdout.write(text)
  const { writeFileWhole } = await import('../system/write-file-whole.ts')
  await writeFileWhole(resolve(settings.globals.directory, flags.output), text)
}

async function textOf(report: BenchReport, format: BenchFlags['format'], color: boolean): Promise<string> {
  if (format === 'json') return jsonText(report)
  if (format === 'markdown') return (await import('./bench-markdown.ts')).benchMarkdown(report)
  return (await import('./bench-text.ts')).benchText(report, { color })
}

function exitCodeOf({ completeness, goal }: Pick<BenchReport, 'completeness' | 'goal'>, flags: BenchFlags): ExitCode {
  if (flags.goal !== undefined && goal.isMet === false) return exitCodes.findings
  return completeness === 'partial' || (flags.goal !== undefined && goal.isMet === null) ? exitCodes.incomplete : exitCodes.clean
}

const isTimeout = (error: unknown) => error instanceof DOMException && error.name === 'TimeoutError'

const tooSlow = (maxTime: string) =>
  new AppError('ENGINE_TIMEOUT', `Nothing could be measured within ${maxTime}.`, { hint: 'Give it longer with --max-time.' })
