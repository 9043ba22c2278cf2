import { exitCodes } from '../../domain/errors.ts'
import type { UnpushedRange } from '../../workspace/unpushed.ts'
import type { AnswerHook } from './hook.ts'
import { readPushedRefs } from './pushed-refs.ts'
import { type ReviewTarget, reviewForHook } from './review-for-hook.ts'

/** A push is rarer than a commit and may hold many of them. */
const timesOfACommit = 3

/** Reviews what a push brings that the remote does not have yet; what only moves or deletes refs brings nothing. */
export const reviewPush: AnswerHook = async (call) => {
  const { args, context } = call
  const refs = await readPushedRefs(context.stdin, context.signal)
  if (refs.length === 0) return exitCodes.clean
  return reviewForHook(call, {
    times: timesOfACommit,
    stops: 'push',
    async listTargets({ runtime }, signal) {
      const { repository } = runtime.workspace
      if (repository === null) return []
      const [{ findUnpushed }, { createGit }] = await Promise.all([import('../../workspace/unpushed.ts'), import('../../workspace/git.ts')])
      const git = createGit(repository.root, repository.environment)
      const ranges = await findUnpushed(refs, { git, emptyTree: repository.emptyTree, remote: args[0] ?? '', signal })
      return ranges.map((range) => targetOf(range, repository.emptyTree))
    },
  })
}

function targetOf({ from, to, paths }: UnpushedRange, emptyTree: string): ReviewTarget {
  const start = from === emptyTree ? from : short(from)
  return {
    selector: { kind: 'range', from, to },
    includes: (path) => paths === null || paths.has(path),
    flags: `--range ${start}..${short(to)}`,
  }
}

const short = (id: string) => id.slice(0, 12)
