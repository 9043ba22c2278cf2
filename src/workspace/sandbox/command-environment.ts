import type { Command } from '../command.ts'

/**
 * All that a command gets to see of an environment, beside a PATH: nothing of ours, and what it asked for itself. Python writes no
 * bytecode beside the sources: what a run leaves in the tree is taken for its work.
 */
export function commandEnvironment({ environment = {} }: Pick<Command, 'environment'>): Record<string, string> {
  return { HOME: '/tmp', LANG: 'C.UTF-8', TERM: 'dumb', CI: '1', PYTHONDONTWRITEBYTECODE: '1', ...environment }
}
