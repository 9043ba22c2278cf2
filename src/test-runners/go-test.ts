import { posix } from 'node:path'
import { z } from 'zod'
import { isBelow } from '../workspace/project-program.ts'
import { randomUUID } from 'node:crypto'
import type { Coverage } from './coverage/coverage.ts'
import { readGoProfile } from './coverage/go-profile.ts'
import { conclude, failureText, type Gathered, type GatheredTest } from './conclude.ts'
import { jsonOrNull } from './json-or-null.ts'
import { literally } from './name-pattern.ts'
import { endingProblem, maxOutput, testEnvironment } from './run-with-report.ts'
import type { TestRequest, TestRunner, TestRunnerUse } from './test-runner.ts'

export const goTest: TestRunner = {
  name: 'go-test',
  isTestFile: (path) => /(^|\/)[^_./][^/]*_test\.go$/.test(path),
  mayHoldTests: () => false,

  async detect(project) {
    const modules = project.files.filter((path) => posix.basename(path) === 'go.mod' && !path.split('/').includes('vendor'))
    return modules.map((path) => ({ runner: 'go-test', directory: posix.dirname(path), program: ['go'] }))
  },

  async test(use, request) {
    const { run, timeout, signal, files, name, measures = false, shuffle } = request
    const folder = `/tmp/agent-tests-${randomUUID()}`
    const known = await declaredTests(use, request)
    const selected = name === undefined ? known && `^(${known.map((test) => literally(test.name)).join('|')})$` : exactly(name)
    const packages = [...new Set(files.map((file) => `./${posix.relative(use.directory, posix.dirname(file))}`))]
    const { ending, stdout, stderr } = await run({
      // Without `-count=1` Go may answer from its cache; its own time limit would end only the package.
      argv: [
        ...(measures ? ['sh', '-c', script, 'sh', folder] : []),
        ...use.program,
        'test',
        '-json',
        '-count=1',
        '-timeout=0',
        ...(measures ? [`-coverprofile=${folder}/profile`, '-coverpkg=./...'] : []),
        ...(shuffle === undefined ? [] : [`-shuffle=${shuffle}`]),
        ...(selected === null ? [] : [`-run=${selected}`]),
        ...(packages.length > 0 ? packages : ['./...']),
      ],
      directory: use.directory,
      environment: { ...testEnvironment, ...request.environment },
      timeout,
      maxOutput,
      signal,
    })
    if (measures && ending.kind !== 'exited')
      await run({ argv: ['rm', '-rf', '--', folder], directory: use.directory, timeout, maxOutput, signal })
    const problem = endingProblem(use, ending, { timeout, output: stderr })
    if (problem !== null || ending.kind !== 'exited') return { status: 'failed', reason: problem ?? '' }
    const [events = '', profile = ''] = stdout.split(`\n${folder}\n`)
    const gathered = readEvents(events, { known: known ?? [], stderr })
    const tests = known === null ? gathered.tests : gathered.tests.filter(({ file }) => file !== null)
    const coverage = measures ? { coverage: await coverageIn(profile, use, request) } : {}
    return conclude({ ...gathered, tests }, { runner: use.runner, code: ending.code, output: stderr, foundNone: false, files, ...coverage })
  },
}

/** The profile is printed behind the events, because a sandbox may forget everything but the tree when a command ends. */
const script = `
mkdir -m 700 "$1" || exit 125
folder=$1
shift
"$@"
code=$?
printf '\\n%s\\n' "$folder"
cat "$folder/profile" 2> /dev/null
rm -rf "$folder"
exit $code
`

/** Files are named by import path, which begins with the module's. */
async function coverageIn(profile: string, { directory }: TestRunnerUse, request: TestRequest): Promise<Coverage | null> {
  const module = await moduleName(directory, request)
  return readGoProfile(profile, (path) => (isBelow(path, module) ? posix.join(directory, posix.relative(module, path)) : null))
}

async function moduleName(directory: string, { readText }: Pick<TestRequest, 'readText'>): Promise<string> {
  const manifest = (await readText(posix.join(directory, 'go.mod'))) ?? ''
  return /^module\s+"?([^\s"]+)/m.exec(manifest)?.[1] ?? ''
}

interface DeclaredTest {
  /** Import path. */
  package: string
  name: string
  file: string
}

/** The tests of the files asked for, because Go selects by package and name only; null when everything is asked for. */
async function declaredTests(use: TestRunnerUse, { files, readText }: TestRequest): Promise<DeclaredTest[] | null> {
  if (files.length === 0) return null
  const module = await moduleName(use.directory, { readText })
  const found = files.map(async (file) => {
    const folder = posix.relative(use.directory, posix.dirname(file))
    const text = (await readText(file)) ?? ''
    return Array.from(text.matchAll(/^func\s+((?:Test|Example|Fuzz)\w*)\s*\(/gm), ([, name = '']) => ({
      package: posix.join(module, folder),
      name,
      file,
    }))
  })
  return (await Promise.all(found)).flat()
}

/** Each level of subtests has a pattern of its own. */
const exactly = (name: string) =>
  name
    .split('/')
    .map((part) => `^${literally(part)}$`)
    .join('/')

const eventSchema = z.looseObject({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Elapsed: z.number().optional(),
  Output: z.string().optional(),
  FailedBuild: z.string().optional(),
})

interface Progress {
  scope: string
  /** Empty for the package itself. */
  name: string
  status: string
  seconds: number | null
  output: string
}

function readEvents(stdout: string, { known, stderr }: { known: readonly DeclaredTest[]; stderr: string }): Gathered {
  const progress = new Map<string, Progress>()
  for (const line of stdout.split('\n')) {
    const event = eventSchema.safeParse(jsonOrNull(line))
    if (event.success) note(progress, event.data)
  }
  const all = [...progress.values()]
  const tests = all.filter(({ name, status }) => name !== '' && status !== 'skip').map((test) => toTest(test, known))
  const hasFailed = new Set(tests.filter(({ status }) => status === 'failed').map(({ scope }) => scope))
  return {
    tests,
    skipped: all.filter(({ name, status }) => name !== '' && status === 'skip').length,
    // A package fails without a failed test when it does not build, or ends itself.
    broken: all
      .filter(({ scope, name, status }) => name === '' && (status === 'build-fail' || (status === 'fail' && !hasFailed.has(scope))))
      .map(({ scope, output }) => ({ scope, file: null, reason: failureText(reasonOf(output, stderr)) })),
  }
}

/** Before Go 1.24, what the compiler says stood on standard error. */
const reasonOf = (output: string, stderr: string) => (/\[(build|setup) failed\]/.test(output) ? `${output}${stderr}` : output)

function note(
  progress: Map<string, Progress>,
  { Action, Package, ImportPath, Test = '', Elapsed, Output = '', FailedBuild }: z.infer<typeof eventSchema>,
): void {
  const scope = Package ?? ImportPath ?? ''
  const key = JSON.stringify([scope, Test])
  const known = progress.get(key) ?? { scope, name: Test, status: 'run', seconds: null, output: '' }
  if (Action === 'output' || Action === 'build-output') known.output += Output
  else if (['pass', 'fail', 'skip', 'build-fail'].includes(Action)) {
    // The failure of its build is told on its own.
    known.status = FailedBuild === undefined ? Action : 'not-built'
    known.seconds = Elapsed ?? null
  }
  progress.set(key, known)
}

function toTest({ scope, name, status, seconds, output }: Progress, known: readonly DeclaredTest[]): GatheredTest & { scope: string } {
  const declared = known.find((test) => test.package === scope && test.name === name.split('/')[0])
  return {
    scope,
    file: declared?.file ?? null,
    name,
    status: status === 'pass' ? 'passed' : 'failed',
    durationMs: seconds === null ? null : seconds * 1000,
    failure: status === 'pass' ? '' : failureText(status === 'run' ? `It did not end.\n${output}` : output),
  }
}
