import { z } from 'zod'
import { findFolders } from './detect.ts'
import { goCoordinates, packagesOf } from './go-vet.ts'
import { fatalElsewhere } from './fatal-elsewhere.ts'
import type { Linter, LinterUse, LintOutcome, LintRequest } from './linter.ts'
import { countSchema, parseJson } from './parse-output.ts'
import { type Problem, type Reading, toOutcome } from './problem.ts'
import { crashed, type Exited, runOnce } from './run-linter.ts'

const issueSchema = z.object({
  FromLinter: z.string(),
  Text: z.string(),
  Severity: z.string().catch(''),
  Pos: z.object({ Filename: z.string(), Line: countSchema, Column: countSchema }),
  Replacement: z.unknown().optional(),
  SuggestedFixes: z.unknown().optional(),
})

const outputSchema = z.object({ Issues: z.array(issueSchema).nullable() })

/** Many linters for Go in one. It looks at whole packages, and would repair them whole, so that it is not asked to. */
export const golangciLint: Linter = {
  name: 'golangci-lint',
  handles: (path) => path.endsWith('.go'),
  async detect(project) {
    const folders = await findFolders(project, { linter: 'golangci-lint', configuration: /^\.golangci\.(ya?ml|toml|json)$/ })
    return folders.map((directory) => ({ linter: 'golangci-lint', directory, program: ['golangci-lint'] }))
  },
  check,
}

/** Without these, it tells one complaint per line, three that are alike, and fifty per linter. */
const everything = [
  '--uniq-by-line=false',
  '--max-same-issues=0',
  '--max-issues-per-linter=0',
  '--allow-parallel-runners',
  '--issues-exit-code=1',
]
const version2 = ['--output.json.path=stdout', '--show-stats=false', '--path-mode=abs']
const version1 = ['--out-format=json']

async function check(use: LinterUse, request: LintRequest): Promise<LintOutcome> {
  if (request.paths.length === 0) return { status: 'checked', diagnostics: [], elsewhere: 0 }
  const ask = (format: readonly string[]) =>
    runOnce(use, request, { arguments: ['run', ...format, ...everything, ...packagesOf(use, request)], read })
  let reading = await ask(version2)
  if ('failure' in reading && reading.failure.includes('unknown flag: --output.json.path')) reading = await ask(version1)
  if ('failure' in reading) return { status: 'failed', reason: reading.failure }
  // After an error of the compiler the other linters have not looked at the package.
  const stopped = fatalElsewhere(reading.problems, { use, request })
  if (stopped !== null) return { status: 'failed', reason: stopped }
  return toOutcome(reading.problems, { use, request, coordinates: goCoordinates })
}

/** 0 and 1 are answers; whatever else the configuration prints to standard output, the JSON is one line. */
function read(exited: Exited): Reading {
  if (exited.code !== 0 && exited.code !== 1) return crashed('golangci-lint', exited)
  const line = exited.stdout.split('\n').find((each) => each.startsWith('{"Issues":'))
  const output = line === undefined ? null : parseJson(line, outputSchema)
  if (output === null) return crashed('golangci-lint', exited)
  const issues = output.Issues ?? []
  if (exited.code === 1 && issues.length === 0) return crashed('golangci-lint', exited)
  return { problems: issues.filter(isPlaced).map(toProblem) }
}

const compiler = 'typecheck'

type Issue = z.infer<typeof issueSchema>

/** The compiler's errors come twice: once all together, without a place. */
const isPlaced = ({ FromLinter, Pos }: Issue) => FromLinter !== compiler || Pos.Column > 0

function toProblem({ FromLinter, Text, Severity, Pos, Replacement, SuggestedFixes }: Issue): Problem {
  const isCompiler = FromLinter === compiler
  // `SA1000: …` is what one of the linters calls its rule.
  const [, code] = /^([A-Z]{1,4}\d{3,4}): /.exec(Text) ?? []
  return {
    path: Pos.Filename,
    place: Pos.Line === 0 ? null : { line: Pos.Line, column: Pos.Column === 0 ? null : Pos.Column },
    rule: isCompiler ? null : code === undefined ? FromLinter : `${FromLinter}/${code}`,
    severity: isCompiler || Severity === 'error' ? 'error' : 'warning',
    message: Text,
    isFatal: isCompiler,
    isFixable: Replacement != null || SuggestedFixes != null,
  }
}
