/** What the process exits with. Hooks and CI branch on these numbers, so they never change meaning. */
export const exitCodes = { clean: 0, findings: 1, usage: 2, failure: 3, incomplete: 4, interrupted: 130, terminated: 143 } as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Every failure a user can meet, and how the process ends when they do. */
const exitCodeByError = {
  USAGE_INVALID: exitCodes.usage,
  CONFIG_INVALID: exitCodes.usage,
  NOT_A_REPOSITORY: exitCodes.usage,
  REF_UNKNOWN: exitCodes.usage,
  PATCH_INVALID: exitCodes.usage,
  BASELINE_INVALID: exitCodes.usage,
  REPORT_INVALID: exitCodes.usage,
  MODEL_UNKNOWN: exitCodes.usage,
  PATH_OUTSIDE_WORKSPACE: exitCodes.usage,
  NOTHING_TO_UNDO: exitCodes.usage,
  TESTS_RED: exitCodes.usage,
  GIT_FAILED: exitCodes.failure,
  MODEL_MISSING: exitCodes.failure,
  MODEL_INVALID: exitCodes.failure,
  MODEL_DOWNLOAD_FAILED: exitCodes.failure,
  OFFLINE: exitCodes.failure,
  DISK_FULL: exitCodes.failure,
  ENGINE_UNAVAILABLE: exitCodes.failure,
  ENGINE_UNREACHABLE: exitCodes.failure,
  ENGINE_TIMEOUT: exitCodes.failure,
  ENGINE_REFUSED: exitCodes.failure,
  ENGINE_OUT_OF_CONTEXT: exitCodes.failure,
  ENGINE_FAILED: exitCodes.failure,
  SANDBOX_UNAVAILABLE: exitCodes.failure,
  CHANGES_CONFLICT: exitCodes.failure,
  CHANGES_REFUSED: exitCodes.failure,
  JOURNAL_UNUSABLE: exitCodes.failure,
  MEMORY_UNUSABLE: exitCodes.failure,
  PUBLISH_FAILED: exitCodes.failure,
  HOOKS_CONFLICT: exitCodes.usage,
  OUTPUT_UNWRITABLE: exitCodes.failure,
  INTERNAL: exitCodes.failure,
} as const satisfies Record<string, ExitCode>

export type ErrorCode = keyof typeof exitCodeByError

interface AppErrorOptions {
  /** One imperative sentence: what to do next. */
  hint?: string
  cause?: unknown
}

/** A failure that is told to the user: what happened, with the value, and what to do about it. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, { hint, cause }: AppErrorOptions = {}) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }

  get exitCode(): ExitCode {
    return exitCodeByError[this.code]
  }
}

/** How a run ends when a notice with this code stands in its report; undefined for notices that only inform. */
export function exitCodeOfNotice(code: string): ExitCode | undefined {
  return Object.hasOwn(exitCodeByError, code) ? exitCodeByError[code as ErrorCode] : undefined
}
