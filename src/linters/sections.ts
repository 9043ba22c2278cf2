import { posix } from 'node:path'
import type { Project } from '../workspace/project.ts'
import { findFolders } from './detect.ts'
import { projectProgram } from '../workspace/project-program.ts'
import type { LinterUse } from './linter.ts'

/** Traces of a tool that may be configured in a part of a file that belongs to others. */
export interface SectionTraces {
  linter: string
  /** Names of configuration files of its own. */
  configuration: RegExp
  /** File names, and what in them is about the tool. */
  sections: Readonly<Record<string, RegExp>>
}

/** Folders that use a tool, sorted: those with its configuration, alone or as a section of a shared file. */
export async function findSections(project: Project, { linter, configuration, sections }: SectionTraces): Promise<string[]> {
  const shared = project.files.filter((path) => Object.hasOwn(sections, posix.basename(path)))
  const holds = shared.map(async (path) => {
    const text = (await project.read(path)) ?? ''
    return sections[posix.basename(path)]?.test(text) ? posix.dirname(path) : null
  })
  const folders = await findFolders(project, { linter, configuration })
  return [...new Set([...folders, ...(await Promise.all(holds)).filter((folder) => folder !== null)])].toSorted()
}

/** The uses of a tool for Python in the folders with its configuration, with the program of the project's virtual environment. */
export async function findPythonUses(project: Project, traces: SectionTraces, program: string): Promise<LinterUse[]> {
  const folders = await findSections(project, traces)
  return await Promise.all(folders.map((directory) => pythonUse(project, { linter: traces.linter, directory, program })))
}

/** One use of a tool for Python. */
export async function pythonUse(
  project: Project,
  { linter, directory, program }: { linter: string; directory: string; program: string },
): Promise<LinterUse> {
  const below = ['.venv/bin', 'venv/bin', 'node_modules/.bin']
  return { linter, directory, program: [await projectProgram(project, { directory, name: program, below })] }
}

const automation = /^(\.pre-commit-config\.ya?ml|\.gitlab-ci\.ya?ml|lefthook\.ya?ml|\.github\/workflows\/[^/]+\.ya?ml)$/

/** Whether hooks or CI of the project run a tool, which for tools without configuration is the only trace. */
export async function isAutomated(project: Project, name: RegExp): Promise<boolean> {
  const texts = project.files.filter((path) => automation.test(path)).map((path) => project.read(path))
  return (await Promise.all(texts)).some((text) => text !== null && name.test(text))
}
