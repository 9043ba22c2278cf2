import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { agentPaths } from '../config/agent-paths.ts'
import type { Environment } from '../config/environment.ts'

/** Where everything is kept about one repository. Its linked worktrees share what is known about it. */
export function projectFolder(gitDirectory: string, environment: Environment): string {
  const common = gitDirectory.replace(/[/\\]worktrees[/\\][^/\\]+$/, '')
  return join(agentPaths(environment).projects, createHash('sha256').update(common).digest('hex').slice(0, 16))
}
