import { arithmetic } from './arithmetic.ts'
import { assignment } from './assignment.ts'
import { awaitRemoved } from './await.ts'
import { boolean } from './boolean.ts'
import { call } from './call.ts'
import { conditional } from './conditional.ts'
import { equality } from './equality.ts'
import { guard } from './guard.ts'
import { logical } from './logical.ts'
import type { Mutator } from './mutator.ts'
import { offByOne } from './off-by-one.ts'
import { optionalChaining } from './optional-chaining.ts'
import { returnValue } from './return-value.ts'
import { swallowedError } from './swallowed-error.ts'
import { swappedArguments } from './swapped-arguments.ts'
import { update } from './update.ts'

/** Every way to break code there is. A new one is its file and its name here. */
export const mutators: readonly Mutator[] = [
  equality,
  conditional,
  logical,
  boolean,
  guard,
  arithmetic,
  assignment,
  update,
  offByOne,
  returnValue,
  call,
  awaitRemoved,
  optionalChaining,
  swappedArguments,
  swallowedError,
]
