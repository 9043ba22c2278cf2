import { access, constants } from 'node:fs/promises'
import { formatBytes } from '../../engine/models/format-bytes.ts'
import { readyModels } from '../../engine/models/stored-model.ts'
import { ok, type Probe, warning } from './probe.ts'

export const storeProbe: Probe = {
  name: 'models',
  deadlineMs: 5000,
  async examine({ openStore }) {
    const store = await openStore()
    const entries = await store.list()
    const models = readyModels(entries)
    const bytes = models.reduce((sum, model) => sum + model.bytes, 0)
    const found = `${models.length} installed in ${store.directory}${models.length > 0 ? ` (${formatBytes(bytes)})` : ''}`
    const damaged = entries.filter(({ state }) => state === 'damaged').map(({ id }) => id)
    if (damaged.length > 0)
      return warning(
        `${found}; damaged: ${damaged.join(', ')}`,
        `Run \`agent models pull\` for it again, or \`agent models remove ${damaged.join(' ')}\`.`,
      )
    const partial = entries.filter(({ state }) => state === 'partial').map(({ id }) => id)
    if (partial.length > 0)
      return warning(
        `${found}; not finished: ${partial.join(', ')}`,
        `Pull it again to go on, or run \`agent models remove ${partial.join(' ')}\`.`,
      )
    if (entries.length > 0 && !(await isWritable(store.directory))) {
      return warning(`${found}, which cannot be written to`, 'Change its permissions, or set AGENT_MODEL_DIR to another folder.')
    }
    return ok(found)
  },
}

function isWritable(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK).then(
    () => true,
    () => false,
  )
}
