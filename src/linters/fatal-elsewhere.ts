import type { LinterUse, LintRequest } from './linter.ts'
import type { Problem } from './problem.ts'
import { reportedPath } from './reported-path.ts'

/**
 * Why a tool that looks at whole projects has not looked at the files asked for: another file does not compile. Null when none of them is to blame.
 */
export function fatalElsewhere(problems: readonly Problem[], { use, request }: { use: LinterUse; request: LintRequest }): string | null {
  const isAsked = (path: string) =>
    request.paths.includes(reportedPath(path, { directory: use.directory, mountedAt: request.mountedAt }) ?? '')
  const fatal = problems.find(({ path, isFatal }) => isFatal && !isAsked(path))
  return fatal ? `${use.linter} stopped at ${fatal.path}, which does not compile: ${fatal.message}` : null
}
