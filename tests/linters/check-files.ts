import type { Diagnostic } from '../../src/domain/diagnostic.ts'
import type { Linter, LintOutcome } from '../../src/linters/linter.ts'
import { projectOf, requestFor, runOnHost, type ScriptedResult, scriptedRun, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

type Files = Readonly<Record<string, string>>

/** What a linter says about some files of a project, run from the root by the tools that are installed here. */
export async function checkFiles(linter: Linter, files: Files, paths: readonly string[]): Promise<LintOutcome> {
  using folder = withInstalledTools(temporaryFolder(files))
  const [use] = await linter.detect(projectOf(folder.path))
  if (!use) throw new Error(`${linter.name} is not found in ${Object.keys(files).join(', ')}`)
  return await linter.check(use, requestFor(folder.path, paths, { run: runOnHost(folder.path) }))
}

/** What an adapter makes of the words of a tool that does not run. */
export async function hear(linter: Linter, result: ScriptedResult, paths: readonly string[]): Promise<LintOutcome> {
  const { run } = scriptedRun(result)
  const use = { linter: linter.name, directory: '.', program: [linter.name] }
  return await linter.check(use, requestFor('/nowhere', paths, { run, mountedAt: '/repo', readText: async () => 'one\ntwo\n' }))
}

/** The diagnostics of a run that has to succeed. */
export function diagnosticsOf(outcome: LintOutcome): readonly Diagnostic[] {
  if (outcome.status === 'failed') throw new Error(outcome.reason)
  return outcome.diagnostics
}
