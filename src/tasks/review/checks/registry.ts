import type { Check } from './check.ts'
import { conflictMarkers } from './conflict-markers.ts'
import { debuggerStatements } from './debugger-statements.ts'
import { focusedTests } from './focused-tests.ts'
import { invisibleCharacters } from './invisible-characters.ts'
import { largeFiles } from './large-files.ts'
import { lockfile } from './lockfile.ts'
import { secrets } from './secrets.ts'
import { skippedTests } from './skipped-tests.ts'
import { suppressions } from './suppressions.ts'
import { syntax } from './syntax.ts'
import { weakenedAssertions } from './weakened-assertions.ts'

/** Every check that needs no model, in the order in which they run. */
export const checks: readonly Check[] = [
  secrets,
  conflictMarkers,
  invisibleCharacters,
  syntax,
  focusedTests,
  skippedTests,
  weakenedAssertions,
  debuggerStatements,
  suppressions,
  lockfile,
  largeFiles,
]
