import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/**
 * Whether our mutants are Stryker's where both have the operator: the same defects on the same lines, and the same of them noticed by the same tests.
 * Stryker is installed into a temporary folder. `node bench/mutators.ts [--library folder] [--tools folder with Stryker's node_modules] [--output file]`
 */
const argument = (name: string, fallback: string) => {
  const at = process.argv.indexOf(name)
  return at === -1 ? fallback : (process.argv[at + 1] ?? fallback)
}
const root = join(import.meta.dirname, '..')
const library = argument('--library', 'examples/generate-tests/typescript')
const packages = ['@stryker-mutator/core@10.1.1', '@stryker-mutator/vitest-runner@10.1.1', 'vitest@5.1.1']

const position = z.object({ line: z.int(), column: z.int() })
const reportSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().optional(),
          location: z.object({ start: position, end: position }),
          status: z.string(),
        }),
      ),
    }),
  ),
})

interface Defect {
  path: string
  line: number
  operator: string
  original: string
  replacement: string
  isNoticed: boolean
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-mutators-')))
try {
  const tools = resolve(argument('--tools', install()))
  const project = join(folder, 'library')
  cpSync(join(root, library), project, { recursive: true })
  // Copied: Stryker does not follow a link to the packages of its runner.
  cpSync(join(tools, 'node_modules'), join(project, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  const [theirs, ours] = [defectsOf(runStryker(project)), defectsOf(runAgent(project))]
  const text = tell(theirs, ours)
  console.log(text)
  const output = argument('--output', '')
  if (output !== '') writeFileSync(output, text)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function install(): string {
  if (process.argv.includes('--tools')) return ''
  const tools = join(folder, 'tools')
  execFileSync('npm', ['install', '--prefix', tools, '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return tools
}

function runStryker(project: string): string {
  const file = join(folder, 'stryker.json')
  const settings = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    reporters: ['json'],
    jsonReporter: { fileName: file },
  }
  writeFileSync(
    join(project, 'stryker.config.json'),
    JSON.stringify({ ...settings, mutate: ['src/**/*.ts', '!**/*.test.ts'], tempDirName: join(folder, 'stryker'), allowEmpty: true }),
  )
  execFileSync(process.execPath, ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', '--logLevel', 'error'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  rmSync(join(project, 'stryker.config.json'))
  return file
}

function runAgent(project: string): string {
  const file = join(folder, 'agent.json')
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', ...args], { cwd: project, stdio: 'ignore' })
  git('init', '--quiet')
  if (!existsSync(join(project, '.gitignore'))) writeFileSync(join(project, '.gitignore'), 'node_modules\n')
  git('add', '--all')
  git('commit', '--quiet', '--no-verify', '--message', 'The library')
  const flags = [
    '--engine',
    'none',
    '--sandbox',
    'host',
    '--max-mutants',
    '100000',
    '--quiet',
    '--fail-on',
    'never',
    '--mutation-report',
    file,
  ]
  execFileSync(process.execPath, [join(root, 'src/main.ts'), 'mutate', 'src', ...flags], {
    cwd: project,
    env: { ...process.env, AGENT_HOME: join(folder, 'home') },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return file
}

/** The defects of a report, told by what the file is with them: one tool replaces an operator, the other one the whole expression. */
function defectsOf(file: string): Map<string, Defect> {
  const { files } = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const found = new Map<string, Defect>()
  for (const [path, { source, mutants }] of Object.entries(files)) {
    const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)]
    const offset = ({ line, column }: z.infer<typeof position>) => (starts[line - 1] ?? 0) + column - 1
    for (const { mutatorName, replacement = '', location, status } of mutants) {
      if (status === 'CompileError' || status === 'Ignored') continue
      const [from, to] = [offset(location.start), offset(location.end)]
      const whole = `${source.slice(0, from)}${replacement}${source.slice(to)}`
      const key = `${path}\0${whole.replaceAll(/[\s;]/g, '').replaceAll(/["`]/g, "'")}`
      const isNoticed = status === 'Killed' || status === 'Timeout'
      if (!found.has(key))
        found.set(key, { path, line: location.start.line, operator: mutatorName, original: source.slice(from, to), replacement, isNoticed })
    }
  }
  return found
}

function tell(theirs: ReadonlyMap<string, Defect>, ours: ReadonlyMap<string, Defect>): string {
  const both = [...theirs].flatMap(([key, their]) => {
    const our = ours.get(key)
    return our ? [{ their, our }] : []
  })
  const [theirsOnly, oursOnly] = [[...theirs].filter(([key]) => !ours.has(key)), [...ours].filter(([key]) => !theirs.has(key))].map(
    (list) => list.map(([, defect]) => defect),
  )
  const operators = [...new Set([...theirs.values(), ...(oursOnly ?? [])].map(({ operator }) => operator))].toSorted((a, b) =>
    a < b ? -1 : 1,
  )
  const count = (defects: readonly Defect[], operator: string) => defects.filter((defect) => defect.operator === operator).length
  const rows = operators.map((operator) => {
    const shared = both.filter(({ their }) => their.operator === operator)
    const noticed = (of: 'their' | 'our') => shared.filter((pair) => pair[of].isNoticed).length
    return `| ${operator} | ${shared.length} | ${noticed('their')} | ${noticed('our')} | ${count(theirsOnly ?? [], operator)} | ${count(oursOnly ?? [], operator)} |`
  })
  const disagree = both.filter(({ their, our }) => their.isNoticed !== our.isNoticed)
  return [
    `# Our mutants and Stryker's`,
    '',
    `\`${library}\`, Stryker 10.1.1 with its runner for Vitest, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, Node ${process.version}.`,
    '',
    `${both.length} defects are planted by both; ${both.length - disagree.length} of them end alike. Two defects are the same if the file is the same with them, white space aside.`,
    '',
    '| operator (as Stryker has it) | both | noticed: Stryker | noticed: ours | only Stryker | only ours |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '## Noticed by one only',
    '',
    ...listed(disagree.map(({ their }) => their)),
    '## Only Stryker',
    '',
    ...explained(theirsOnly ?? [], whyTheirs),
    '## Only ours',
    '',
    ...explained(oursOnly ?? [], whyOurs),
  ].join('\n')
}

const whyTheirs: Readonly<Record<string, string>> = {
  ArrayDeclaration: 'ours leaves literals alone that are data; what is returned is broken by ReturnValue',
  BlockStatement:
    'ours takes single statements out (RemovedGuard, RemovedCall, AssignmentOperator): an empty body is noticed by every test that calls it',
  MethodExpression: 'ours has it for calls as statements only',
  ObjectLiteral: 'ours leaves literals alone that are data',
  Regex: 'ours leaves patterns alone',
  StringLiteral: 'ours leaves texts alone: most are for people, and tests that hold them word for word are brittle',
}

const whyOurs: Readonly<Record<string, string>> = {
  AwaitRemoved: 'Stryker has none',
  ConditionalExpression: 'the condition of `a ? b : c` that is a bare name; Stryker replaces comparisons, and the conditions of statements',
  OffByOne: 'Stryker has none',
  RemovedGuard: 'Stryker empties blocks; a guard without braces has none',
  ReturnValue: 'Stryker has none for JavaScript',
  SwallowedError: 'Stryker has none',
  SwappedArguments: 'Stryker has none',
}

/** One line for each operator that is known to be missing on the other side; all others one by one. */
function explained(defects: readonly Defect[], why: Readonly<Record<string, string>>): string[] {
  const groups = [...Map.groupBy(defects, ({ operator }) => operator)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const known = groups.flatMap(([operator, group]) =>
    why[operator] === undefined ? [] : [`- ${group.length} ${operator}: ${why[operator]}`],
  )
  const others = defects.filter(({ operator }) => why[operator] === undefined)
  return [...known, '', ...(others.length === 0 ? [] : listed(others))]
}

function listed(defects: readonly Defect[]): string[] {
  if (defects.length === 0) return ['none', '']
  const short = (text: string) => `\`${text.replaceAll(/\s+/g, ' ').replaceAll('`', "'").slice(0, 60)}\``
  return [
    ...defects.map(
      ({ path, line, operator, original, replacement }) => `- ${path}:${line} ${operator}: ${short(original)} → ${short(replacement)}`,
    ),
    '',
  ]
}
