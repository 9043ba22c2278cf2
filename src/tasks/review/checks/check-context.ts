import { addedLinesOf, type ChangedFile } from '../../../domain/change.ts'
import type { CheckContext, ReviewedChange } from './check.ts'
import { type Passage, readPassages, type Side } from './passages.ts'

/** Remembers what was read and lexed for as long as the checks run. */
export function createCheckContext(reviewed: ReviewedChange): CheckContext {
  const readNew = remember((path: string) => reviewed.readNew(path))
  const readOld = remember((path: string) => reviewed.readOld(path))
  let paths: Promise<readonly string[]> | undefined
  const passages: Record<Side, (file: ChangedFile) => Promise<readonly Passage[]>> = {
    new: remember((file) => readPassages(file, 'new', readNew)),
    old: remember((file) => readPassages(file, 'old', readOld)),
  }
  return {
    ...reviewed,
    readNew,
    readOld,
    listNew: () => (paths ??= reviewed.listNew()),
    isGenerated: (file) => reviewed.isGenerated(file),
    addedLines: remember((file: ChangedFile) => new Set(addedLinesOf(file).map(({ line }) => line))),
    passages: (file, side) => passages[side](file),
  }
}

function remember<Key, Answer>(read: (key: Key) => Answer): (key: Key) => Answer {
  const answers = new Map<Key, Answer>()
  return (key) => {
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = read(key)
    answers.set(key, answer)
    return answer
  }
}
