import { findLlamaServer } from '../../engine/llama-server/find-server.ts'
import { type Gpu, listGpus } from '../../engine/llama-server/list-gpus.ts'
import { formatBytes } from '../../engine/models/format-bytes.ts'
import { ok, type Probe, problem } from './probe.ts'

/** Whether a llama-server is here for what the library cannot do. */
export const llamaServerProbe: Probe = {
  name: 'llama-server',
  deadlineMs: 30_000,
  async examine({ config, environment }, signal) {
    const { server: setting } = config.engine
    if (setting === 'never') return ok('not used: engine.server is never')
    const server = await findLlamaServer(environment, { setting, signal })
    if (server === null && setting === 'always')
      return problem(
        'engine.server is always, and there is none on PATH',
        'Install one of llama.cpp, set engine.server to its path, or to auto.',
      )
    if (server === null)
      return ok('none on PATH; models that are larger than a GPU, or need several, would take one (docs/llama-server.md)')
    const gpus = await listGpus(server, { environment, signal })
    return ok(
      `${server.path}, ${server.version ?? 'version not known'}; ${gpus.length === 0 ? 'sees no GPU' : gpus.map(described).join(', ')}`,
    )
  },
}

const described = ({ id, name, freeBytes, totalBytes }: Gpu) =>
  `${id} is ${name} with ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}`
