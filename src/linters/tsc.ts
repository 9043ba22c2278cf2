import { posix } from 'node:path'
import type { Coordinates } from './columns.ts'
import { findFolders } from './detect.ts'
import { projectProgram } from '../workspace/project-program.ts'
import type { Linter, LinterUse, LintOutcome, LintRequest } from './linter.ts'
import { type Problem, type Reading, toOutcome } from './problem.ts'
import { reportedPath } from './reported-path.ts'
import { crashed, type Exited, runOnce } from './run-linter.ts'
import { typescriptProjects } from './typescript-projects.ts'

const coordinates: Coordinates = { unit: 'utf16', firstColumn: 1, lineBreaks: 'javascript', countsByteOrderMark: false }

/** The compiler of TypeScript. It checks whole projects; what it says about other files than those asked for is not told. */
export const tsc: Linter = {
  name: 'tsc',
  handles: (path) => /\.([cm]?tsx?|[cm]?jsx?)$/.test(path),
  async detect(project) {
    const folders = await findFolders(project, { linter: 'tsc', configuration: /^tsconfig\.json$/ })
    const programOf = (directory: string) => projectProgram(project, { directory, name: 'tsc', below: ['node_modules/.bin'] })
    return Promise.all(folders.map(async (directory) => ({ linter: 'tsc', directory, program: [await programOf(directory)] })))
  },
  check,
}

async function check(use: LinterUse, request: LintRequest): Promise<LintOutcome> {
  if (request.paths.length === 0) return { status: 'checked', diagnostics: [], elsewhere: 0 }
  const projects = await typescriptProjects(use.directory, request)
  if (projects === null) return { status: 'failed', reason: `There is no ${posix.join(use.directory, 'tsconfig.json')}.` }

  const problems: Problem[] = []
  for (const project of projects) {
    const reading = await runOnce(use, request, { arguments: argumentsFor(posix.relative(use.directory, project)), read })
    if ('failure' in reading) return { status: 'failed', reason: reading.failure }
    const unfinished = reading.problems.find(({ path, isFatal }) => isFatal && !isAskedFor(path, use, request))
    if (unfinished) return { status: 'failed', reason: stoppedAt(unfinished) }
    problems.push(...reading.problems)
  }
  return toOutcome(problems, { use, request, coordinates })
}

/** Nothing is written: a composite project would otherwise leave its build information behind, `--noEmit` or not. */
const argumentsFor = (project: string) => [
  '--project',
  `./${project}`,
  '--pretty',
  'false',
  '--noEmit',
  '--composite',
  'false',
  '--incremental',
  'false',
]

/** Problems end with 2 in versions 5 and 6 and with 1 in 7, a wrong configuration with either; so what was printed has to say it. */
function read(exited: Exited): Reading {
  if (exited.code === 0) return { problems: [] }
  if (exited.code !== 1 && exited.code !== 2) return crashed('tsc', exited)
  const complaints = complaintsIn(exited.stdout)
  const general = complaints.find(({ path }) => path === null || path.endsWith('.json'))
  if (complaints.length === 0 || general) return general ? { failure: generalFailure(general) } : crashed('tsc', exited)
  const unbuilt = complaints.find(({ code }) => code === notBuilt)
  if (unbuilt) return { failure: `${generalFailure(unbuilt)} Build the projects it refers to with \`tsc --build\`.` }
  // After syntax errors it does not look at types, so that other complaints mean that there were none.
  const isUnparsed = complaints.every(({ code }) => isSyntaxError(code))
  return { problems: complaints.map((complaint) => toProblem(complaint, isUnparsed)) }
}

interface Complaint {
  /** Null: about the project. */
  path: string | null
  line: number
  column: number
  code: number
  message: string
}

const notBuilt = 6305

function complaintsIn(output: string): Complaint[] {
  const complaints: Complaint[] = []
  for (const line of output.split(/\r?\n/)) {
    const placed = /^(.+)\((\d+),(\d+)\): error TS(\d+): (.*)$/.exec(line)
    const general = /^error TS(\d+): (.*)$/.exec(line)
    const last = complaints.at(-1)
    if (placed)
      complaints.push({
        path: placed[1] ?? '',
        line: Number(placed[2]),
        column: Number(placed[3]),
        code: Number(placed[4]),
        message: placed[5] ?? '',
      })
    else if (general) complaints.push({ path: null, line: 0, column: 0, code: Number(general[1]), message: general[2] ?? '' })
    // The explanation of a complaint is indented.
    else if (last && line.startsWith(' ')) last.message += `\n${line.trimEnd()}`
  }
  return complaints
}

const generalFailure = ({ path, code, message }: Complaint) =>
  `tsc could not check the project: TS${code}: ${path ? `${path}: ` : ''}${message}`

const stoppedAt = ({ path, message }: Problem) => `tsc stopped at a syntax error in ${path} and has not checked types: ${message}`

function toProblem({ path, line, column, code, message }: Complaint, isFatal: boolean): Problem {
  return { path: path ?? '', place: { line, column }, rule: `TS${code}`, severity: 'error', message, isFatal, isFixable: false }
}

function isAskedFor(path: string, { directory }: LinterUse, { paths, mountedAt }: LintRequest): boolean {
  const ours = reportedPath(path, { directory, mountedAt })
  return ours !== null && paths.includes(ours)
}

/** Numbers from 1000 to 1999 are of the parser, but for these, which need types or other files. */
const semantic = new Set(
  [
    [1192, 1194, 1202, 1203, 1205, 1208, 1238, 1239, 1240, 1241, 1259, 1261, 1262, 1269, 1270, 1271, 1272, 1280, 1286, 1287, 1288, 1289],
    [1292, 1293, 1295, 1308, 1320, 1321, 1322, 1323, 1324, 1343, 1355, 1361, 1362, 1371, 1375, 1378, 1379, 1380, 1431, 1432, 1448, 1470],
    [1471, 1479, 1484, 1485, 1541, 1542, 1543],
  ].flat(),
)
const unclosedElements = new Set([17002, 17008, 17014, 17015])

const isSyntaxError = (code: number) => unclosedElements.has(code) || (code >= 1000 && code < 2000 && !semantic.has(code))
