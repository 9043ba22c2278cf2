import { setTimeout as sleep } from 'node:timers/promises'
import type { Github } from './github.ts'
import { isDoubtful, statusOf } from './github-failure.ts'
import type { Comment } from './github-wire.ts'
import { type OwnSummary, ownSummaries } from './own-comments.ts'

interface Writing {
  number: number
  body: string
  earlier: OwnSummary | null
}

const attempts = 3
const pauseMs = 1000

/** Writes the summary into the comment that is there, or a new one; where two runs wrote theirs at once, the first is left. */
export async function writeSummary(github: Github, { number, body, earlier }: Writing, signal: AbortSignal): Promise<Comment> {
  const edited = earlier && (await github.editComment(earlier.id, body, signal).catch(nullIfGone))
  if (edited) return edited
  await createOnce(github, { number, body }, signal)
  const [first, ...later] = await ownSummaries(github, number, signal)
  for (const { id } of later) await github.deleteComment(id, signal).catch(nullIfGone)
  return first && first.body !== body && later.length > 0
    ? github.editComment(first.id, body, signal)
    : (first ?? { id: 0, body, author: '', url: '' })
}

async function createOnce(github: Github, { number, body }: Omit<Writing, 'earlier'>, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await github.createComment(number, body, signal)
      return
    } catch (error) {
      if (!isDoubtful(error) || attempt === attempts) throw error
      await sleep(pauseMs * attempt, undefined, { signal })
      if ((await ownSummaries(github, number, signal)).length > 0) return
    }
  }
}

/** Somebody may have deleted it meanwhile. */
function nullIfGone(error: unknown): null {
  if (statusOf(error) === 404) return null
  throw error
}
