import { apiKeyFrom } from '../../config/environment.ts'
import { type Config, configSchemaFor } from '../../config/schema.ts'
import { AppError } from '../../domain/errors.ts'
import type { CommandContext } from '../command.ts'
import type { CommandSettings } from '../load-settings.ts'
import { machineMemory } from '../machine-memory.ts'
import type { Configuration, Surroundings } from './probe.ts'

interface Place {
  directory: string
  root: string | undefined
}

/** Looks around once for all probes; whatever is started for them ends with the signal. A configuration that cannot be read is itself something to report, so defaults stand in for it. */
export function surroundingsOf(
  place: Place,
  settings: CommandSettings | AppError,
  { environment, signal }: Pick<CommandContext, 'environment' | 'signal'>,
): Surroundings {
  const isBroken = settings instanceof AppError
  const config = isBroken ? configSchemaFor([]).parse({}) : settings.config
  const openStore = async () => (await import('../open-store.ts')).openStore(config, { directory: place.directory, environment })
  return {
    ...place,
    environment,
    config,
    openStore,
    nodeVersion: process.version,
    platform: process.platform,
    memory: machineMemory(),
    configuration: isBroken ? { kind: 'broken', error: settings } : readConfiguration(settings),
    engine: once(() => chosenEngine(config, { environment, openStore, signal })),
    backend: once(async () => (await import('../../engine/llama/probe.ts')).probeBackends({ environment, signal })),
    docker: once(async () => (await import('./sandbox-problems.ts')).dockerProblem(config.sandbox.image, { environment, signal })),
    bubblewrap: once(async () => (await import('./sandbox-problems.ts')).bubblewrapProblem({ environment, signal })),
  }
}

function readConfiguration({ written, notices }: CommandSettings): Configuration {
  return { kind: 'read', origins: new Map([...written].map(([path, { origin }]) => [path, origin])), notices }
}

async function chosenEngine(
  config: Config,
  { environment, openStore, signal }: Pick<Surroundings, 'environment' | 'openStore'> & { signal: AbortSignal },
) {
  const { chooseEngine } = await import('../../engine/choose-engine.ts')
  return chooseEngine({
    engine: config.engine,
    environment,
    apiKey: () => apiKeyFrom(config.engine, environment) ?? null,
    openStore,
    // A doctor looks, and downloads nothing.
    allowPull: false,
    ask: null,
    findSecrets: async () => [],
    onTransfer: () => {},
    signal,
  })
}

function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined
  return () => (found ??= find())
}
