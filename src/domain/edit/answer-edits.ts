import type { EditBlock } from './edit-block.ts'

/** A block and the file that it is for; null where the answer does not name one. */
export interface FileBlock extends EditBlock {
  path: string | null
}

/** What a model's answer says should be changed. */
export type AnswerEdits =
  | { kind: 'blocks'; blocks: readonly FileBlock[] }
  /** The new text of the whole region that was asked about; a fence that is not closed may have been cut off. */
  | { kind: 'region'; text: string; isClosed: boolean }
  | { kind: 'unreadable'; message: string }

export function unreadable(message: string): AnswerEdits {
  return { kind: 'unreadable', message }
}
