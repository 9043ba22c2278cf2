import type { Workshop } from '../task.ts'

/** What is enough to know how a project writes its messages. */
const commits = 100

/** The first lines of the last messages, newest first; none before the first commit. */
export async function readHistory(workshop: Workshop): Promise<string[]> {
  const { history } = await workshop.openCheckout()
  const log = await history.log({ count: commits }).catch(() => '')
  // Abbreviated id, date, author and subject, with tabs between them.
  return log.split('\n').flatMap((line) => line.split('\t').slice(3).join('\t') || [])
}
