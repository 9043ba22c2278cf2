import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { agentPaths } from '../../config/agent-paths.ts'
import { ok, type Probe, warning } from './probe.ts'

/** Whether results can be kept: opens a real database where they would lie, and takes it away again. */
export const memoryStoreProbe: Probe = {
  name: 'project memory',
  deadlineMs: 10_000,
  async examine({ environment, config }) {
    const { projects } = agentPaths(environment)
    try {
      await mkdir(projects, { recursive: true, mode: 0o700 })
      const folder = await mkdtemp(join(projects, '.doctor-'))
      try {
        const { openMemory } = await import('../../memory/sqlite.ts')
        const memory = openMemory({ path: join(folder, 'memory.db'), maxAge: config.memory.maxAge, maxBytes: config.memory.maxSize })
        memory.remember('key', 'value')
        const recalled = memory.recall('key')
        memory.close()
        if (recalled !== 'value')
          return warning(`${projects} does not keep what is written to it`, 'Set AGENT_HOME to a folder on another disk.')
        return ok(`writable: ${projects}`)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return warning(
        `nothing can be kept in ${projects}: ${reason}`,
        'Change its permissions, or set AGENT_HOME to another folder. Without it every review asks anew.',
      )
    }
  },
}
