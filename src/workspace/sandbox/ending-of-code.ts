import { constants } from 'node:os'
import type { CommandEnding } from '../command.ts'

/** Signals that end a program for a fault, or because somebody wants it gone. Others are more often an exit status: git's are 128 and 129. */
const deadly = [
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGSEGV',
  'SIGTERM',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
] as const

/** Reads an exit status as a shell would give it: 128 and the number of the signal, for a program that a signal ended. */
export function endingOfCode(code: number): CommandEnding {
  const signal = deadly.find((name) => constants.signals[name] === code - 128)
  return signal === undefined ? { kind: 'exited', code } : { kind: 'signalled', signal }
}
