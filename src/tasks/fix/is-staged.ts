import type { FixRequest } from './fix.ts'

/** What is staged is repaired where it is, in the index: the working files keep what is not staged. */
export function isStaged({ scope }: FixRequest): boolean {
  if (scope.kind === 'review') return scope.request.selector.kind === 'staged'
  return scope.kind === 'change' && scope.selector.kind === 'staged'
}
