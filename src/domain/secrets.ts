import { findAssignedSecrets } from './secret-assignments.ts'
import { findIssuedSecrets } from './secret-issuers.ts'
import { findStructuredSecrets } from './secret-structures.ts'

/** A secret in a text, by UTF-16 offsets. */
export interface SecretSpan {
  start: number
  /** Exclusive. */
  end: number
  /** For people, e.g. `GitHub token`. */
  kind: string
  /** `certain`: nothing else looks like this. `likely`: it stands where a secret stands, and looks like one. */
  confidence: 'certain' | 'likely'
}

/**
 * Finds what must not leave the machine or enter a repository: issued tokens, private keys, connection strings and values assigned to names of secrets.
 * Spans are sorted and do not overlap. Comments in the text that switch scanners off have no effect.
 */
export async function findSecrets(text: string): Promise<readonly SecretSpan[]> {
  const issued = await findIssuedSecrets(text)
  return merged([...issued, ...findStructuredSecrets(text), ...findAssignedSecrets(text)])
}

/** Of overlapping spans one is left that covers them all, named by the most certain of them. */
function merged(spans: readonly SecretSpan[]): SecretSpan[] {
  const found: SecretSpan[] = []
  for (const span of spans.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = found.at(-1)
    if (!last || span.start >= last.end) found.push(span)
    else found[found.length - 1] = united(last, span)
  }
  return found
}

function united(first: SecretSpan, second: SecretSpan): SecretSpan {
  const surer = first.confidence === 'likely' && second.confidence === 'certain' ? second : first
  return { ...surer, start: first.start, end: Math.max(first.end, second.end) }
}
