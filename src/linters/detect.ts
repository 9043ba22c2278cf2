import { posix } from 'node:path'
import { z } from 'zod'
import type { Project } from '../workspace/project.ts'
import { projectProgram, upward } from '../workspace/project-program.ts'
import type { LinterUse } from './linter.ts'

/** What shows that a folder uses a tool. */
export interface Traces {
  linter: string
  /** Names of configuration files, without their folder. */
  configuration?: RegExp
  /** Package names in any of the dependencies of a `package.json`. */
  packages?: readonly string[]
  /** Key of a `package.json` that holds the configuration. */
  manifestKey?: string
}

/**
 * Folders that use a tool, sorted: those with its configuration, and packages that depend on it without a configuration there or above. Which of
 * them a file belongs to is the nearest one upward.
 */
export async function findFolders(project: Project, traces: Traces): Promise<string[]> {
  const { configuration, packages = [], manifestKey } = traces
  const own = project.files.filter((path) => !isInstalled(path))
  const folders = new Set(own.filter((path) => configuration?.test(posix.basename(path))).map((path) => posix.dirname(path)))

  const dependents: string[] = []
  for (const path of own.filter((path) => posix.basename(path) === 'package.json')) {
    const manifest = await readManifest(project, path)
    if (manifestKey !== undefined && manifest?.[manifestKey] != null) folders.add(posix.dirname(path))
    if (manifest && packages.some((name) => dependsOn(manifest, name))) dependents.push(posix.dirname(path))
  }
  for (const folder of dependents.toSorted()) if (nearestFolder(folder, folders) === null) folders.add(folder)
  return [...folders].toSorted()
}

/** The uses of a tool from npm: in the folders it has traces in, with the program of the project. */
export async function findNodeUses(project: Project, traces: Traces, program: string): Promise<LinterUse[]> {
  const folders = await findFolders(project, traces)
  return await Promise.all(
    folders.map(async (directory) => ({
      linter: traces.linter,
      directory,
      program: [await projectProgram(project, { directory, name: program, below: ['node_modules/.bin'] })],
    })),
  )
}

/** The folder of a set that holds a path, the nearest one upward; null when none does. */
export function nearestFolder(path: string, folders: ReadonlySet<string>): string | null {
  return upward(path).find((folder) => folders.has(folder)) ?? null
}

const isInstalled = (path: string) => path.split('/').includes('node_modules')

const manifestSchema = z.record(z.string(), z.unknown())

async function readManifest(project: Project, path: string): Promise<Record<string, unknown> | null> {
  const text = await project.read(path)
  try {
    return manifestSchema.parse(JSON.parse(text ?? ''))
  } catch {
    // A broken manifest is for its owner's package manager to complain about.
    return null
  }
}

const dependencyKeys = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

function dependsOn(manifest: Record<string, unknown>, name: string): boolean {
  return dependencyKeys.some((key) => {
    const names = manifestSchema.safeParse(manifest[key])
    return names.success && Object.hasOwn(names.data, name)
  })
}
