import type { OwnTemplate } from './own-template.ts'
import { closing, isOpen } from './thought-marks.ts'

/** What is said for the model before it speaks, and the thought with which it begins. */
export interface PromptEnding {
  text: string
  /** Its end, as the model says it; what is said for the model when it does not come to it; and what is said behind it before the answer. */
  thought: { end: string; close: string; between: string } | null
}

/** Lets the model think, or not: then a thought that its template opened, or that it would begin itself, is over at once. */
export function thoughtEnding({ tail, thinks, own }: { tail: string; thinks: boolean; own: Pick<OwnTemplate, 'thought'> }): PromptEnding {
  const { thought } = own
  if (!thought) return { text: '', thought: null }
  if (!thinks) return { text: closing(tail, true) ?? '', thought: null }
  return { text: isOpen(tail) ? '' : thought.begin || '<think>\n', thought }
}

const [analysis, final] = ['<|channel|>analysis<|message|>', '<|channel|>final<|message|>']

/** gpt-oss thinks in a message of its own, and answers in another. With tools, the model chooses where the answer goes. */
export function harmonyEnding({ thinks, isOffered }: { thinks: boolean; isOffered: boolean }): PromptEnding {
  const answer = isOffered ? '<|channel|>' : final
  if (!thinks) return { text: answer, thought: null }
  const next = `<|start|>assistant${answer}`
  return { text: analysis, thought: { end: '<|end|>', close: `<|end|>${next}`, between: next } }
}
