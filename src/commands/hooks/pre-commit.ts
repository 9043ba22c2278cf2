import type { AnswerHook } from './hook.ts'
import { reviewForHook } from './review-for-hook.ts'

/**
 * Reviews what is about to be committed: the index that git hands the hook, against HEAD. Of an amended commit that is what the amending adds:
 * git does not say that it amends, and the rest was reviewed when it was committed.
 */
export const reviewCommit: AnswerHook = (call) => {
  // For `git commit -a` and `git commit <path>` git makes an index of its own, which is gone when the commit is stopped.
  const isOwnIndex = call.context.environment.GIT_INDEX_FILE?.endsWith('.lock') ?? false
  return reviewForHook(call, {
    times: 1,
    stops: 'commit',
    listTargets: async () => [{ selector: { kind: 'staged' }, includes: () => true, flags: isOwnIndex ? '' : '--staged' }],
    flagsAfterwards: '--commit HEAD',
  })
}
