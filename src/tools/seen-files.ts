import { createHash } from 'node:crypto'
import { posix } from 'node:path'

/** Which files the model has read, or written itself, and what they held then: a file is only replaced by who knows what is in it. */
export interface SeenFiles {
  note(path: string, content: Uint8Array): void
  /** `changed`: it was read, and holds something else by now. */
  check(path: string, content: Uint8Array): 'seen' | 'changed' | 'unseen'
}

/** One for a run. */
export function createSeenFiles(): SeenFiles {
  const digests = new Map<string, string>()
  return {
    note: (path, content) => void digests.set(posix.normalize(path), digestOf(content)),
    check(path, content) {
      const digest = digests.get(posix.normalize(path))
      if (digest === undefined) return 'unseen'
      return digest === digestOf(content) ? 'seen' : 'changed'
    },
  }
}

const digestOf = (content: Uint8Array) => createHash('sha256').update(content).digest('base64')
