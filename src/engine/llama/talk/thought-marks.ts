/** How a model thinks before it answers, as texts of its template. */
export interface ThoughtMarks {
  /** What has to be said for a thought to begin, where the template leaves that to the model. */
  begin: string
  /** What the model says when it is done. */
  end: string
  /** What is said for it when it has thought long enough, and the answer is to come. */
  close: string
  /** What stands between the end and the answer. */
  between: string
}

const [opening, ending] = ['<think>', '</think>']

/** Whether a prompt ends within a thought. */
export const isOpen = (tail: string): boolean => tail.lastIndexOf(opening) > tail.lastIndexOf(ending)

/** A prompt in which the thought that a template opens, or that the model would open, is over at once; null where there is nothing to close. */
export function closing(tail: string, thinks: boolean): string | null {
  if (isOpen(tail)) return tail.endsWith('\n') ? `\n${ending}\n\n` : ending
  return thinks && !tail.trimEnd().endsWith(ending) ? `${opening}\n\n${ending}\n\n` : null
}

/**
 * The marks of a template, out of how it ends a prompt with thinking and without; null where it makes no difference and opens no thought. Models have learnt where the line breaks are, so
 * they are taken from there too.
 */
export function thoughtMarks({ thinking, silent, source }: { thinking: string; silent: string; source: string }): ThoughtMarks | null {
  const says = source.slice(source.lastIndexOf('add_generation_prompt')).includes(opening)
  const closedAt = silent.lastIndexOf(ending)
  if (!isOpen(thinking) && closedAt === -1 && !says) return null
  const begin = isOpen(thinking) ? '' : beginning(thinking, silent)
  const isOnLines = (thinking + begin).endsWith('\n')
  const between = closedAt === -1 ? (isOnLines ? '\n\n' : '') : silent.slice(closedAt + ending.length)
  return { begin, end: ending, close: `${isOnLines ? '\n' : ''}${ending}${between}`, between }
}

/** What a thought begins with is what the empty one begins with that the template writes where none is wanted. */
function beginning(thinking: string, silent: string): string {
  const start = silent.lastIndexOf(thinking)
  const added = start === -1 ? '' : silent.slice(start + thinking.length)
  const at = added.indexOf(opening)
  if (at === -1) return `${opening}\n`
  const end = at + opening.length
  return added.slice(0, added[end] === '\n' ? end + 1 : end)
}
