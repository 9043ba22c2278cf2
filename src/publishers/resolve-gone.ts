import type { Github } from './github.ts'
import { statusOf } from './github-failure.ts'
import { withCommentMarker, withoutMarker } from './markers.ts'
import type { OwnComment } from './own-comments.ts'

interface Solving {
  number: number
  /** The commit without them. */
  head: string
  gone: readonly OwnComment[]
}

/**
 * Says in each comment that its finding is gone, so that it is known whatever the token may, and resolves the threads where it may. A
 * finding that comes back is told anew.
 */
export async function resolveGone(github: Github, { number, head, gone }: Solving, signal: AbortSignal): Promise<{ remarks: string[] }> {
  if (gone.length === 0) return { remarks: [] }
  for (const { id, body, fingerprint } of gone) {
    const text = `\u2705 **Resolved** as of ${head.slice(0, 7)}.\n\n${withoutMarker(body)}`
    // Somebody may have deleted it meanwhile.
    await github.editReviewComment(id, withCommentMarker(text, { fingerprint, isResolved: true }), signal).catch(ignoring(404))
  }
  try {
    await github.resolveThreads(number, new Set(gone.map(({ id }) => id)), signal)
    return { remarks: [] }
  } catch {
    signal.throwIfAborted()
    return { remarks: ['This token may not resolve threads, so comments whose findings are gone say so in their text.'] }
  }
}

const ignoring = (status: number) => (error: unknown) => {
  if (statusOf(error) !== status) throw error
}
