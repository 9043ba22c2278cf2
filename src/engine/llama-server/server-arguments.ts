import type { LlamaServer } from './find-server.ts'
import type { ServerPlan } from './server-options.ts'

const mebi = 1_048_576
/** llama-server's own 8 GiB is more than a small machine has; so much is kept of prompts whose place another one has taken. */
const promptCache = { share: 8, mostMebibytes: 2048 }
/** An abort waits for one batch: on a processor a batch of the usual size takes many seconds. */
const batchTokens = { gpu: 2048, cpu: 512 }

interface ArgumentOptions {
  modelPath: string
  plan: ServerPlan
  freeRam: number
}

/** The options that llama-server is started with, without the port. Those that this version does not know are left out. */
export function serverArguments({ flags }: Pick<LlamaServer, 'flags'>, { modelPath, plan, freeRam }: ArgumentOptions): string[] {
  const { offload, gpus, threads, drafts } = plan
  const { nGpuLayers, nCpuMoe, tensorSplit, contextTokens, parallel } = offload
  const known = (flag: string, ...values: (string | number)[]) => (flags.has(flag) ? [flag, ...values.map(String)] : [])
  const oneOf = (...names: string[]) => names.filter((flag) => flags.has(flag)).slice(0, 1)
  return [
    ...options({ model: modelPath, host: '127.0.0.1', 'ctx-size': contextTokens * parallel, parallel, threads }),
    ...known('--threads-batch', threads),
    ...known('--n-gpu-layers', nGpuLayers),
    ...known('--device', gpus.length === 0 ? 'none' : gpus.map(({ id }) => id).join(',')),
    ...(nCpuMoe > 0 ? known('--n-cpu-moe', nCpuMoe) : []),
    ...(tensorSplit === null ? [] : known('--tensor-split', tensorSplit.join(','))),
    ...(drafts ? known('--spec-type', 'draft-mtp') : []),
    // What was planned is what is done: it would take less context or other layers by itself.
    ...known('--fit', 'off'),
    // Otherwise one request could take the room of all.
    ...known('--no-kv-unified'),
    ...known('--batch-size', batchTokens[gpus.length === 0 ? 'cpu' : 'gpu']),
    ...known('--cache-ram', Math.min(promptCache.mostMebibytes, Math.floor(freeRam / mebi / promptCache.share))),
    ...known('--no-context-shift'),
    ...known('--jinja'),
    ...oneOf('--no-ui', '--no-webui'),
    ...known('--no-slots'),
    ...known('--offline'),
  ]
}

const options = (values: Readonly<Record<string, string | number>>) =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)])
