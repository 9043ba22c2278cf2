import { posix } from 'node:path'
import { z } from 'zod'
import type { Project } from '../workspace/project.ts'
import { projectProgram, isBelow } from '../workspace/project-program.ts'
import type { TestRunnerUse } from './test-runner.ts'

/** What shows that a package uses a runner. */
interface Signs {
  /** In a script named `test`, or `test:…`. */
  script: RegExp
  /** File names. */
  config?: RegExp
  /** In package.json: a key that configures it, and the package that brings it. */
  name?: string
}

const signs = {
  vitest: { script: /\bvitest\b/, config: /^vitest\.(config|workspace)\.[cm]?[jt]s$/, name: 'vitest' },
  jest: { script: /\bjest\b/, config: /^jest\.config\.([cm]?[jt]s|json)$/, name: 'jest' },
  mocha: { script: /\bmocha\b/, config: /^\.mocharc\.([cm]?js|ya?ml|jsonc?)$/, name: 'mocha' },
  'node-test': { script: /\bnode\b[^&|;]*\s--test\b/ },
} as const satisfies Record<string, Signs>

export type JavaScriptRunner = keyof typeof signs

const manifestSchema = z.looseObject({
  scripts: z.record(z.string(), z.unknown()).catch({}),
  dependencies: z.record(z.string(), z.unknown()).catch({}),
  devDependencies: z.record(z.string(), z.unknown()).catch({}),
})

type Manifest = z.infer<typeof manifestSchema>

interface PackageFolder {
  directory: string
  /** The strongest evidence, because many a package lists a runner that it does not test itself with. */
  runners: readonly JavaScriptRunner[]
  isWeak: boolean
  scripts: string
}

interface JavaScriptUse {
  use: TestRunnerUse
  /** Its test scripts, which may say how the runner has to be started. */
  scripts: string
}

/**
 * The packages that test themselves with a runner: named in a test script, else configured, else a mere dependency. One that only depends on
 * the runner counts if it has test files that belong to no package below it.
 */
export async function javaScriptUses(
  project: Project,
  runner: JavaScriptRunner,
  isTestFile: (path: string) => boolean,
): Promise<JavaScriptUse[]> {
  const packages = await packageFolders(project)
  const isUsed = ({ directory, runners, isWeak }: PackageFolder) => {
    if (!runners.includes(runner)) return false
    const nested = packages.filter((other) => other.directory !== directory && isBelow(other.directory, directory))
    const isOwn = (path: string) => isBelow(path, directory) && !nested.some((other) => isBelow(path, other.directory))
    return !isWeak || nested.length === 0 || project.files.some((path) => isTestFile(path) && isOwn(path))
  }
  const program = runner === 'node-test' ? 'node' : runner
  const toUse = async ({ directory, scripts }: PackageFolder) => ({
    use: { runner, directory, program: [await projectProgram(project, { directory, name: program, below: ['node_modules/.bin'] })] },
    scripts,
  })
  return await Promise.all(packages.filter(isUsed).map(toUse))
}

async function packageFolders(project: Project): Promise<PackageFolder[]> {
  const own = project.files.filter((path) => !path.split('/').includes('node_modules'))
  const names = new Map<string, string[]>()
  for (const path of own) {
    const directory = posix.dirname(path)
    names.set(directory, [...(names.get(directory) ?? []), posix.basename(path)])
  }
  const folders = [...names].map(async ([directory, files]) => {
    const manifest = files.includes('package.json') ? await readManifest(project, posix.join(directory, 'package.json')) : null
    return { directory, scripts: testScripts(manifest), ...evidence(files, manifest) }
  })
  return (await Promise.all(folders)).filter(({ runners }) => runners.length > 0).toSorted((a, b) => (a.directory < b.directory ? -1 : 1))
}

function evidence(files: readonly string[], manifest: Manifest | null): Pick<PackageFolder, 'runners' | 'isWeak'> {
  const all = Object.entries(signs) as [JavaScriptRunner, Signs][]
  const having = (test: (sign: Signs) => boolean) => all.filter(([, sign]) => test(sign)).map(([runner]) => runner)
  const scripts = testScripts(manifest)
  const scripted = having(({ script }) => script.test(scripts))
  if (scripted.length > 0) return { runners: scripted, isWeak: false }
  const configured = having(
    ({ config, name }) => files.some((file) => config?.test(file)) || (name !== undefined && manifest?.[name] != null),
  )
  if (configured.length > 0) return { runners: configured, isWeak: false }
  const needed = having(({ name }) => name !== undefined && dependsOn(manifest, name))
  return { runners: needed, isWeak: true }
}

function dependsOn(manifest: Manifest | null, name: string): boolean {
  return manifest !== null && (Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.devDependencies, name))
}

function testScripts(manifest: Manifest | null): string {
  const scripts = Object.entries(manifest?.scripts ?? {}).filter(([name]) => name === 'test' || name.startsWith('test:'))
  return scripts.map(([, script]) => (typeof script === 'string' ? script : '')).join('\n')
}

/** Null for what is not there, and for one that its owner's package manager would complain about. */
export async function readManifest(project: Project, path: string): Promise<Manifest | null> {
  const text = await project.read(path)
  try {
    return manifestSchema.parse(JSON.parse(text ?? ''))
  } catch {
    return null
  }
}
