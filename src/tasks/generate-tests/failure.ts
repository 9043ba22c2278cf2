import type { ExecutedTest } from '../../test-runners/test-runner.ts'
import { rejected, type Rejection } from './trial.ts'

const maxFeedback = 1200

/** Why a test fails, said so that a model can write a better one. */
export function tellFailure({ failure }: Pick<ExecutedTest, 'failure'>): Rejection {
  const feedback = `The test fails:\n${trimmed(failure)}`
  if (isNetworkFailure(failure)) return rejected('side-effect', 'It opens the network, which tests do not have.', feedback)
  if (isImportFailure(failure)) return rejected('execute', `An import of it fails: ${headline(failure)}`, feedback)
  return rejected('execute', `It fails: ${headline(failure)}`, feedback)
}

/** What a run left in the tree, which is either the code under test or a file that nobody asked for. */
export function leftSomething(left: readonly string[]): Rejection {
  const shown = left.slice(0, 3).join(', ')
  const changed = left.some((change) => !change.startsWith('added '))
  const reason = changed ? `It changes files of the repository: ${shown}.` : `It leaves files behind: ${shown}.`
  return rejected(
    'side-effect',
    reason,
    `${reason} A test must leave the repository as it was: use a temporary folder outside of it, and clean up.`,
  )
}

const isNetworkFailure = (text: string) =>
  /\b(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|getaddrinfo|Network is unreachable|Temporary failure in name resolution|Name or service not known|no such host)\b/.test(
    text,
  )

/** Something that it imports is not there. */
export const isImportFailure = (text: string): boolean =>
  /ERR_MODULE_NOT_FOUND|Cannot find (?:module|package)|Failed to (?:resolve|load) (?:import|url)|ModuleNotFoundError|ImportError|does not provide an export|is not in std|unresolved import|no required module provides/i.test(
    text,
  )

/** What went wrong, in a line: pytest marks it, most begin with it. */
export function headline(text: string): string {
  // Go's own marks of where a test begins and ends are no message.
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !/^(?:===|---) /.test(line))
  const marked = lines.find((line) => /^E\s/.test(line))?.slice(1)
  const said = lines.filter((line) => line !== '')
  // Rust says where first, and then what.
  const panic = /panicked at \S+:$/.test(said[0] ?? '') ? said.slice(1, 4).join(', ') : ''
  return (marked ?? (panic || (said[0] ?? 'nobody says why'))).trim().slice(0, 300)
}

/** Without the stack, of which a model has nothing. */
function trimmed(text: string): string {
  const kept = text.split('\n').filter((line) => !/^\s+at .*(?:node_modules|node:internal)/.test(line))
  const plain = kept.join('\n').trim()
  return plain.length <= maxFeedback ? plain : `${plain.slice(0, maxFeedback)}…`
}
