import { posix } from 'node:path'
import type { Project } from '../workspace/project.ts'
import { isBelow } from '../workspace/project-program.ts'
import { conclude } from './conclude.ts'
import { classOf, isJvmSource, parseJunitName } from './junit-names.ts'
import { readJunitReports, splitReports } from './junit-report.ts'
import { compilerErrors, jvmScript, moduleOf, readJacocoReports } from './jvm-build.ts'
import { type ReportedRun, runWithReport } from './run-with-report.ts'
import type { TestRequest, TestRunner, TestRunnerUse } from './test-runner.ts'
import { withoutReport } from './without-report.ts'

const manifests = ['build.gradle', 'build.gradle.kts'] as const
const settings = ['settings.gradle', 'settings.gradle.kts'] as const

/** Gradle takes every class for a test that has one in it; these are the usual names. */
const isTestFile = (path: string) => /(^|\/)src\/test\/(?:.+\/)?(?:Test[^/]*|[^/]*(?:Test|Tests|Spec))\.(java|kt|groovy|scala)$/.test(path)

const script = `
${jvmScript}
build "$@"
code=$?
gather -path '*/test-results/*' -name 'TEST-*.xml' > "$folder/report"
gather -path '*/reports/jacoco/*' -name '*.xml' > "$folder/coverage/jacoco"
exit $code
`

/** Runs after the scripts of the project: a report of JaCoCo that can be read, which is not what Gradle writes by itself. */
const plugin = `
allprojects {
  afterEvaluate { project ->
    project.plugins.withId('jacoco') {
      project.tasks.withType(JacocoReport) { task ->
        if (task.reports.xml.hasProperty('required')) task.reports.xml.required = true
        else task.reports.xml.enabled = true
      }
    }
  }
}
`
const pluginName = 'agent-report.gradle'

/** JUnit through Gradle, without a network and without its daemon. Gradle cannot change the order of classes, only JUnit 5 that of methods, and only if the project asks it to. */
export const gradle: TestRunner = {
  name: 'gradle',
  isTestFile,
  mayHoldTests: (path) => /(^|\/)src\/test\//.test(path) && isJvmSource(path),
  detect: async (project) => buildRoots(project).map((directory) => ({ runner: 'gradle', directory, program: ['gradle'] })),

  async test(use, request) {
    const { files, name, measures = false } = request
    const modules = await Promise.all(files.map((file) => moduleWith(file, use, request)))
    const isMeasured = measures && (await hasJacoco([use.directory, ...modules], request))
    const result = await runGradle(use, request, isMeasured)
    if (typeof result === 'string') return { status: 'failed', reason: result }
    const { code, report, measured, output, folder } = result
    const gathered = await readJunitReports(splitReports(report ?? '', folder, use.directory), {
      request,
      testFolders: async () => ['src/test', 'test'],
    })
    if (!gathered) return withoutReport(use, result, false)
    const found = splitReports(measured ?? '', folder, use.directory)
    const coverage = isMeasured ? await readJacocoReports(found, request, async () => ['src/main', 'src']) : null
    return conclude(
      { ...gathered, broken: compilerErrors(result) },
      {
        runner: use.runner,
        code,
        output,
        foundNone: /No tests found for given includes/.test(output),
        files,
        ...(name !== undefined && { onlyName: name }),
        ...(measures && { coverage }),
      },
    )
  },
}

/** The folders that Gradle is started in: with settings, or with a build file and below no other build. Maven's are left to Maven. */
function buildRoots(project: Project): string[] {
  const folderOf = (names: readonly string[]) => {
    const found = project.files.filter((path) => names.includes(posix.basename(path)) && !/(^|\/)(src|buildSrc)\//.test(path))
    return [...new Set(found.map((path) => posix.dirname(path)))]
  }
  const [builds, withSettings] = [folderOf(manifests), folderOf(settings)]
  const roots = [...new Set([...withSettings, ...builds])]
  const isUnder = (directory: string) => roots.some((root) => root !== directory && isBelow(directory, root))
  const isMaven = (directory: string) => project.files.includes(posix.join(directory, 'pom.xml'))
  return roots.filter((directory) => (withSettings.includes(directory) || !isUnder(directory)) && !isMaven(directory))
}

const moduleWith = (file: string, { directory }: TestRunnerUse, { readText }: TestRequest) =>
  moduleOf(file, { directory, names: manifests, readText })

/** A plugin that the project does not have is none that we bring. */
async function hasJacoco(modules: readonly string[], { readText }: TestRequest): Promise<boolean> {
  const texts = await Promise.all(modules.flatMap((module) => manifests.map((name) => readText(posix.join(module, name)))))
  return texts.some((text) => /\bjacoco\b/.test(text ?? ''))
}

async function runGradle(
  use: TestRunnerUse,
  request: TestRequest,
  isMeasured: boolean,
): Promise<(ReportedRun & { folder: string }) | string> {
  const tasks = await tasksFor(use, request, isMeasured)
  let folder = ''
  const result = await runWithReport(use, request, {
    ...(isMeasured && { plugin: { name: pluginName, text: plugin } }),
    wrap: (commandLine, place) => ['sh', '-c', script, 'sh', place.folder, './gradlew', ...commandLine],
    args: (place) => {
      folder = place.folder
      const init = isMeasured ? [`--init-script=${folder}/${pluginName}`] : []
      return ['--offline', '--no-daemon', '--console=plain', '--continue', ...init, ...tasks]
    },
  })
  return typeof result === 'string' ? result : { ...result, folder }
}

/** Gradle would not run again what has not changed, unless what it has of it is cleaned first. A module is named by its folders. */
async function tasksFor(use: TestRunnerUse, request: TestRequest, isMeasured: boolean): Promise<string[]> {
  const { files, name } = request
  const report = isMeasured ? ['jacocoTestReport'] : []
  if (files.length === 0) return ['cleanTest', 'test', ...report]
  const owners = await Promise.all(files.map(async (file) => ({ file, module: await moduleWith(file, use, request) })))
  const perModule = [...Map.groupBy(owners, ({ module }) => module)].map(async ([module, own]) => {
    const prefix = [...posix.relative(use.directory, module).split('/').filter(Boolean), ''].map((part) => `:${part}`).join('')
    const patterns = name === undefined ? await classPatterns(own, request) : [testPattern(name)]
    return [
      `${prefix}cleanTest`,
      `${prefix}test`,
      ...patterns.flatMap((pattern) => ['--tests', pattern]),
      ...report.map((task) => prefix + task),
    ]
  })
  return (await Promise.all(perModule)).flat()
}

/** A class with those in it. One that is named as no class can be is asked for as what there is not. */
async function classPatterns(own: readonly { file: string }[], request: TestRequest): Promise<string[]> {
  const classes = await Promise.all(own.map(({ file }) => classOf(file, request)))
  return classes.flatMap((name) => (parseJunitName(name) ? [name, `${name}$*`] : [noClass]))
}

function testPattern(name: string): string {
  const one = parseJunitName(name)
  if (!one) return noClass
  return one.method === null ? one.className : `${one.className}.${one.method}`
}

const noClass = 'no.such.Class'
