import type { Git } from '../workspace/git.ts'
import type { ReviewHistory } from './review-start.ts'

/** What git knows of commits that are told by their ids. What it cannot say counts as doubt. */
export function gitHistory(git: Git): Pick<ReviewHistory, 'isAncestor' | 'hasMerge'> {
  return {
    isAncestor: async (ancestor, descendant, signal) =>
      (await git.run(['merge-base', '--is-ancestor', ancestor, descendant], { signal })).code === 0,
    async hasMerge(from, to, signal) {
      const { code, stdout } = await git.run(['rev-list', '--merges', '--max-count=1', `${from}..${to}`], { signal })
      return code !== 0 || stdout.length > 0
    },
  }
}
