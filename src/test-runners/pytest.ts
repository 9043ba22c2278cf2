import { posix } from 'node:path'
import { z } from 'zod'
import type { Project } from '../workspace/project.ts'
import { readCoveragePy } from './coverage/coverage-py.ts'
import { conclude, failureText, type Gathered, type GatheredTest } from './conclude.ts'
import { projectProgram, isBelow } from '../workspace/project-program.ts'
import { jsonOrNull } from './json-or-null.ts'
import { type ReportedRun, runWithReport } from './run-with-report.ts'
import type { TestRunner } from './test-runner.ts'
import { withoutMeasuring } from './without-measuring.ts'
import { withoutReport } from './without-report.ts'

/** The names of tests as pytest itself takes them are in none of its reports, and JUnit's XML cannot hold them all. */
const plugin = `import json, os, random

def _tell(**event):
    # The workers of pytest-xdist pass their results on to the process that started them.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        with open(os.environ["AGENT_TEST_REPORT"], "a", encoding="utf-8") as report:
            report.write(json.dumps(event) + "\\n")

def pytest_sessionstart(session):
    _tell(type="root", path=str(session.config.rootdir))

def pytest_runtest_logreport(report):
    text = "" if report.outcome == "passed" else str(report.longreprtext)[:20000]
    _tell(type=report.when, id=report.nodeid, outcome=report.outcome, duration=report.duration, text=text)

def pytest_collectreport(report):
    if report.outcome == "failed":
        _tell(type="collect", id=report.nodeid, outcome="failed", duration=0, text=str(report.longreprtext)[:20000])

def pytest_collection_modifyitems(items):
    seed = os.environ.get("AGENT_TEST_SHUFFLE")
    if seed is None:
        return
    # Files, their classes and the tests of each, so that what a file or class sets up is still set up once.
    source, places = random.Random(int(seed)), {}
    items.sort(key=lambda item: [places.setdefault(node.nodeid, source.random()) for node in item.listchain()[1:]])

def pytest_sessionfinish(session, exitstatus):
    _tell(type="end", code=int(exitstatus))
`

/** Nothing was collected. */
const noneCollected = 5

export const pytest: TestRunner = {
  name: 'pytest',
  isTestFile: (path) => /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path),
  mayHoldTests: (path) => path.endsWith('.py'),

  async detect(project) {
    const directories = await pytestFolders(project)
    return await Promise.all(
      directories.map(async (directory) => ({
        runner: 'pytest',
        directory,
        program: [await projectProgram(project, { directory, name: 'pytest', below: ['.venv/bin', 'venv/bin'] })],
      })),
    )
  },

  async test(use, request) {
    const { files, name, measures = false, shuffle } = request
    const paths = files.map((file) => posix.relative(use.directory, file))
    const result = await runWithReport(use, request, {
      plugin: { name: 'agent_test_report.py', text: plugin },
      environment: ({ folder, report }) => ({
        PYTHONPATH: folder,
        PYTHONDONTWRITEBYTECODE: '1',
        AGENT_TEST_REPORT: report,
        ...(shuffle !== undefined && { AGENT_TEST_SHUFFLE: String(shuffle) }),
        ...(measures && { COVERAGE_FILE: `${folder}/.coverage` }),
      }),
      args: ({ coverage }) => [
        '-p',
        'agent_test_report',
        // Nothing is left in the tree.
        '-p',
        'no:cacheprovider',
        '--continue-on-collection-errors',
        // A threshold for the whole suite says nothing about a part of it.
        ...(measures ? ['--cov=.', '--cov-branch', `--cov-report=json:${coverage}/report.json`, '--cov-fail-under=0'] : []),
        ...paths.map((path) => (name === undefined ? `./${path}` : `./${path}::${name}`)),
      ],
    })
    if (typeof result === 'string') return { status: 'failed', reason: result }
    if (measures && /unrecognized arguments: --cov/.test(result.output)) return await withoutMeasuring(pytest, use, request)
    const gathered = result.report === null ? null : readPluginReport(result.report, result)
    const foundNone = result.code === noneCollected || isUnknownName(result, name)
    if (!gathered) return withoutReport(use, result, foundNone)
    return conclude(gathered, {
      ...result,
      runner: use.runner,
      foundNone,
      files,
      ...(measures && { coverage: result.measured === null ? null : readCoveragePy(result.measured, result.pathOf) }),
    })
  },
}

/** The folders with a configuration of pytest; without any, the root if it has test files. */
async function pytestFolders(project: Project): Promise<string[]> {
  const isConfiguration = async (path: string) => {
    const name = posix.basename(path)
    if (name === 'pytest.ini' || name === '.pytest.ini') return true
    if (name === 'pyproject.toml') return /^\s*\[tool\.pytest\b/m.test((await project.read(path)) ?? '')
    if (name === 'tox.ini') return /^\s*\[pytest\]/m.test((await project.read(path)) ?? '')
    return name === 'setup.cfg' && /^\s*\[tool:pytest\]/m.test((await project.read(path)) ?? '')
  }
  const configured = await Promise.all(project.files.map(async (path) => ((await isConfiguration(path)) ? posix.dirname(path) : null)))
  const folders = new Set(configured.filter((folder) => folder !== null))
  const isCovered = (path: string) => [...folders].some((folder) => isBelow(path, folder))
  if (project.files.some((path) => pytest.isTestFile(path) && !isCovered(path))) folders.add('.')
  return [...folders].toSorted()
}

/** A name that a file does not have is an error of usage to pytest. */
function isUnknownName({ code, output }: ReportedRun, name: string | undefined): boolean {
  return code === 4 && name !== undefined && /ERROR: not found: |ERROR: no match in any of/i.test(output)
}

const eventSchema = z.looseObject({
  type: z.enum(['setup', 'call', 'teardown', 'collect']),
  id: z.string(),
  outcome: z.string(),
  duration: z.number(),
  text: z.string(),
})

type Event = z.infer<typeof eventSchema>

const rootSchema = z.looseObject({ type: z.literal('root'), path: z.string() })
const endSchema = z.looseObject({ type: z.literal('end') })

function readPluginReport(text: string, { pathOf }: ReportedRun): Gathered | null {
  const lines = text.trimEnd().split('\n').map(jsonOrNull)
  const [root, end] = [rootSchema.safeParse(lines.shift()), endSchema.safeParse(lines.pop())]
  const events = z.array(eventSchema).safeParse(lines)
  // Without its last line, pytest was ended while it was reporting.
  if (!root.success || !end.success || !events.success) return null
  // Pytest names files from its own root, which need not be where it was started.
  const fileOf = (id: string) => pathOf(posix.join(root.data.path, id.split('::')[0] ?? id))
  const phases = events.data.filter(({ type }) => type !== 'collect')
  const tests = [...Map.groupBy(phases, ({ id }) => id)].map(([id, own]) => toTest(id, { phases: own, file: fileOf(id) }))
  return {
    tests: tests.filter((test) => test !== null),
    skipped: tests.filter((test) => test === null).length,
    broken: events.data
      .filter(({ type }) => type === 'collect')
      .map(({ id, text }) => ({ scope: fileOf(id) ?? id, file: fileOf(id), reason: failureText(text) })),
  }
}

/** Null for a test that was skipped, or failed as it was expected to. */
function toTest(id: string, { phases, file }: { phases: readonly Event[]; file: string | null }): GatheredTest | null {
  const failed = phases.filter(({ outcome }) => outcome === 'failed')
  if (failed.length === 0 && phases.some(({ outcome }) => outcome === 'skipped')) return null
  const separator = id.indexOf('::')
  return {
    file,
    name: separator < 0 ? id : id.slice(separator + 2),
    status: failed.length === 0 ? 'passed' : 'failed',
    durationMs: phases.reduce((sum, { duration }) => sum + duration, 0) * 1000,
    failure: failureText(failed.map(({ type, text }) => (type === 'call' ? text : `(in ${type}) ${text}`)).join('\n\n')),
  }
}
