import { posix } from 'node:path'
import type { Project } from '../workspace/project.ts'
import { conclude } from './conclude.ts'
import { classOf, isJvmSource, parseJunitName } from './junit-names.ts'
import { readJunitReports, splitReports } from './junit-report.ts'
import { compilerErrors, jvmScript, moduleOf, readJacocoReports } from './jvm-build.ts'
import { type ReportedRun, runWithReport } from './run-with-report.ts'
import type { TestRequest, TestRunner, TestRunnerUse } from './test-runner.ts'
import { withoutMeasuring } from './without-measuring.ts'
import { withoutReport } from './without-report.ts'

/** Surefire's own patterns; a class of any other name can be asked for all the same. */
const isTestFile = (path: string) =>
  /(^|\/)src\/test\/(?:.+\/)?(?:Test[^/]*|[^/]*(?:Test|Tests|TestCase))\.(java|kt|groovy|scala)$/.test(path)

/** JaCoCo's report is an own step, because Maven ends a module where its tests fail. */
const script = `
measures=$1
shift
${jvmScript}
build "$@"
code=$?
gather -path '*/surefire-reports/TEST-*.xml' > "$folder/report"
if [ -n "$measures" ]; then
  build -B -o -q -fae "-Djacoco.dataFile=$folder/jacoco.exec" org.jacoco:jacoco-maven-plugin:report
  gather -name 'jacoco*.xml' > "$folder/coverage/jacoco"
fi
exit $code
`

/** JUnit (4 and 5) through Maven and Surefire, without a network. */
export const maven: TestRunner = {
  name: 'maven',
  isTestFile,
  mayHoldTests: (path) => /(^|\/)src\/test\//.test(path) && isJvmSource(path),
  detect: async (project) => (await buildRoots(project)).map((directory) => ({ runner: 'maven', directory, program: ['mvn'] })),

  async test(use, request) {
    const { files, name, measures = false } = request
    const isMeasured = measures && (await hasJacoco(use, request))
    const result = await runMaven(use, request, isMeasured)
    if (typeof result === 'string') return { status: 'failed', reason: result }
    const { code, report, measured, output, folder } = result
    if (isMeasured && report === null && /jacoco-maven-plugin[\s\S]*(?:offline|could not be resolved)/.test(output))
      return await withoutMeasuring(maven, use, request)
    const found = splitReports(report ?? '', folder, use.directory)
    const gathered = await readJunitReports(found, {
      request,
      testFolders: (directory) => foldersOf('testSourceDirectory', directory, request),
    })
    if (!gathered) return withoutReport(use, result, false)
    const coverage = await readJacocoReports(splitReports(measured ?? '', folder, use.directory), request, (directory) =>
      foldersOf('sourceDirectory', directory, request),
    )
    return conclude(
      { ...gathered, broken: compilerErrors(result) },
      {
        runner: use.runner,
        code,
        output: mistakesIn(output),
        foundNone: false,
        files,
        ...(name !== undefined && { onlyName: name }),
        ...(measures && { coverage }),
      },
    )
  },
}

/** The folders that Maven is started in: those of no other build's modules. What lies among sources is a build that is itself tested with. */
async function buildRoots(project: Project): Promise<string[]> {
  const manifests = project.files.filter((path) => posix.basename(path) === 'pom.xml' && !/(^|\/)src\//.test(path))
  const listed = await Promise.all(manifests.map(async (path) => modulesOf((await project.read(path)) ?? '', posix.dirname(path))))
  const modules = new Set(listed.flat())
  return manifests.map((path) => posix.dirname(path)).filter((directory) => !modules.has(directory))
}

function modulesOf(manifest: string, directory: string): string[] {
  const named = withoutComments(manifest).matchAll(/<module>\s*([^<]+?)\s*<\/module>/g)
  return Array.from(named, ([, module = '']) => posix.join(directory, module.replace(/(^|\/)[^/]+\.xml$/, ''))).map((path) =>
    path.replace(/\/$/, ''),
  )
}

const withoutComments = (xml: string) => xml.replaceAll(/<!--[\s\S]*?-->/g, '')

const manifestOf = async (directory: string, { readText }: Pick<TestRequest, 'readText'>) =>
  withoutComments((await readText(posix.join(directory, 'pom.xml'))) ?? '')

/** A plugin that the project does not have is none that we bring. */
async function hasJacoco({ directory }: TestRunnerUse, request: TestRequest): Promise<boolean> {
  const modules = [directory, ...(await modulesWith(request, directory)), ...modulesOf(await manifestOf(directory, request), directory)]
  const manifests = await Promise.all(modules.map((module) => manifestOf(module, request)))
  return manifests.some((manifest) => manifest.includes('jacoco-maven-plugin'))
}

/** What a module says of where its sources are, relative to it. */
async function foldersOf(element: string, directory: string, request: Pick<TestRequest, 'readText'>): Promise<string[]> {
  const named = (await manifestOf(directory, request)).matchAll(new RegExp(`<${element}>\\s*([^<]+?)\\s*</${element}>`, 'g'))
  return Array.from(named, ([, folder = '']) => folder.replace(/^\$\{(?:project\.)?basedir\}\//, ''))
}

async function modulesWith({ files, readText }: TestRequest, directory: string): Promise<string[]> {
  return [...new Set(await Promise.all(files.map((file) => moduleOf(file, { directory, names: ['pom.xml'], readText }))))]
}

async function runMaven(
  use: TestRunnerUse,
  request: TestRequest,
  isMeasured: boolean,
): Promise<(ReportedRun & { folder: string }) | string> {
  const { shuffle } = request
  const [chosen, modules] = [await selection(request), await modulesWith(request, use.directory)]
  const isInRoot = modules.includes(use.directory)
  let folder = ''
  const result = await runWithReport(use, request, {
    wrap: (commandLine, place) => ['sh', '-c', script, 'sh', isMeasured ? 'yes' : '', place.folder, './mvnw', ...commandLine],
    args: (place) => {
      folder = place.folder
      return [
        '-B',
        '-o',
        '-fae',
        '-Dstyle.color=never',
        // A module that the selection leaves without tests, by the names that Surefire had for it before and after 2.12.
        ...(chosen === null ? [] : [`-Dtest=${chosen}`, '-DfailIfNoTests=false', '-Dsurefire.failIfNoSpecifiedTests=false']),
        ...(modules.length === 0 || isInRoot
          ? []
          : ['-am', '-pl', modules.map((module) => posix.relative(use.directory, module)).join(',')]),
        ...(shuffle === undefined ? [] : shuffling(shuffle)),
        ...(isMeasured ? [`-Djacoco.destFile=${folder}/jacoco.exec`, 'org.jacoco:jacoco-maven-plugin:prepare-agent'] : []),
        'test',
      ]
    },
  })
  return typeof result === 'string' ? result : { ...result, folder }
}

/** Classes by Surefire's syntax, and of one test its method; null for everything. */
async function selection({ files, name, readText }: TestRequest): Promise<string | null> {
  if (files.length === 0) return null
  const one = name === undefined ? null : parseJunitName(name)
  if (one) return one.method === null ? one.className : `${one.className}#${one.method}`
  const classes = await Promise.all(files.map((file) => classOf(file, { readText })))
  // `conclude` keeps what was asked for when a file is named as no class can be, and everything runs.
  return classes.every((own) => parseJunitName(own)) ? classes.join(',') : null
}

/** The order of classes is Surefire's, that of methods JUnit 5's; JUnit 4 keeps its own. */
const shuffling = (seed: number) => [
  '-Dsurefire.runOrder=random',
  `-Dsurefire.runOrder.random.seed=${seed}`,
  '-Djunit.jupiter.testmethod.order.default=org.junit.jupiter.api.MethodOrderer$Random',
  '-Djunit.jupiter.testclass.order.default=org.junit.jupiter.api.ClassOrderer$Random',
  `-Djunit.jupiter.execution.order.random.seed=${seed}`,
]

/** What Maven itself calls an error, without the advice that follows it. */
function mistakesIn(output: string): string {
  const errors = output
    .split('\n')
    .filter((line) => /^\[ERROR\] ./.test(line) && !/\[Help|Re-run Maven|To see the full|For more information/.test(line))
  return errors.length === 0 ? output : errors.join('\n')
}
