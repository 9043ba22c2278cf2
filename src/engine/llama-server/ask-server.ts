import { dirname } from 'node:path'
import { runGroup } from '../../system/run-group.ts'
import { processEnvironment } from '../llama/process-environment.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Beyond what the native library needs: which of AMD's and Intel's GPUs may be used, and how. */
const passedOn = new Set(
  `HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES HSA_OVERRIDE_GFX_VERSION ONEAPI_DEVICE_SELECTOR ZE_AFFINITY_MASK
   GGML_CUDA_ENABLE_UNIFIED_MEMORY`.split(/\s+/),
)

/** The environment of llama-server. Its own variables are left out: each of them is an option that nobody here has thought of. */
export function serverEnvironment(environment: Environment): Record<string, string> {
  const more = Object.entries(environment).filter(([name, value]) => value !== undefined && passedOn.has(name))
  return { ...processEnvironment(environment), ...(Object.fromEntries(more) as Record<string, string>) }
}

/** More than the longest help has. */
const longestAnswer = 1_000_000
const answerMs = 30_000

/** What llama-server says to one option on either stream; null where it fails or hangs. */
export async function askServer(
  path: string,
  flag: string,
  { environment, signal }: { environment: Environment; signal: AbortSignal },
): Promise<string | null> {
  const { ending, stdout, stderr } = await runGroup({
    argv: [path, flag],
    directory: dirname(path),
    environment: serverEnvironment(environment),
    timeout: answerMs,
    maxOutput: longestAnswer,
    signal,
  })
  return ending.kind === 'exited' && ending.code === 0 ? `${stdout}\n${stderr}` : null
}
