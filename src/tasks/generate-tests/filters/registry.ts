import { asserts } from './assert.ts'
import { executes } from './execute.ts'
import type { Filter } from './filter.ts'
import { gains } from './gain.ts'
import { killsMutant } from './mutant.ts'
import { hasNoEffect } from './no-effect.ts'
import { lints } from './lint.ts'
import { parses } from './parse.ts'
import { isStable } from './stable.ts'
import { keepsSuite } from './suite.ts'

/** In the order of what they cost: a text is read before anything runs, and a few tests run before the whole suite does. */
export const filters: readonly Filter[] = [parses, hasNoEffect, lints, asserts, executes, isStable, gains, keepsSuite, killsMutant]
