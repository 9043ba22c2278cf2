import { agentPaths } from '../config/agent-paths.ts'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { ModelStore } from '../engine/models/model-store.ts'

/** The model store where configuration and environment say it is. Reads and asks nothing yet. */
export async function openStore(
  { models }: Pick<Config, 'models'>,
  { directory, environment }: { directory: string; environment: Environment },
): Promise<ModelStore> {
  const { openModelStore, publicHub } = await import('../engine/models/model-store.ts')
  const { HF_ENDPOINT, HF_TOKEN } = environment
  return openModelStore({
    directory: models.dir ?? agentPaths(environment).models,
    cwd: directory,
    hub: { endpoint: HF_ENDPOINT || publicHub, token: HF_TOKEN?.trim() || null, offline: isOffline(environment) },
  })
}

/** Whether the user wants nothing to be asked of any network but an endpoint they named. */
export function isOffline({ AGENT_OFFLINE = '' }: Environment): boolean {
  return !['', '0', 'false', 'no', 'off'].includes(AGENT_OFFLINE.toLowerCase())
}
