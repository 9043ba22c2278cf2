import type { FixRequest } from './fix.ts'

/** What is staged is repaired where it is, in the index: the working files keep what is not staged. */
export const isStaged = ({ scope }: FixRequest): boolean => scope.kind === 'change' && scope.selector.kind === 'staged'
