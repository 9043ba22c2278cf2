import { lintFiles, type LintReport } from '../../linters/lint-files.ts'
import { problemsOf, type SyntaxProblem } from '../../syntax/problems-of.ts'
import { relatedTests } from '../../test-runners/related-tests.ts'
import { runTests, type TestReport } from '../../test-runners/run-tests.ts'
import type { Project } from '../../workspace/project.ts'
import type { VerifyRequest } from './verify.ts'
import type { Workbench } from './workbench.ts'

/** What is said about some files of the copy in one state of it. */
export interface Observation {
  /** By path; null where the language is not known. */
  syntax: ReadonlyMap<string, readonly SyntaxProblem[] | null>
  lint: LintReport
  /** Null: no test belongs to the files. */
  tests: TestReport | null
  lineOf(path: string, line: number): string | undefined
}

/** Looks at the copy as it is now. What linters and tests leave behind is not cleaned up here. */
export async function observe(paths: readonly string[], bench: Workbench, request: VerifyRequest): Promise<Observation> {
  const project = await bench.project()
  const present = paths.filter((path) => project.files.includes(path))
  const texts = new Map(await Promise.all(present.map(async (path) => [path, (await project.read(path)) ?? ''] as const)))
  const syntax = new Map(await Promise.all([...texts].map(async ([path, text]) => [path, await problemsOf(text, path)] as const)))
  const lint = await lintNow(present, project, { bench, request })
  const tests = await testNow(paths, project, { bench, request })
  const lines = new Map<string, string[]>()
  return {
    syntax,
    lint,
    tests,
    lineOf(path, line) {
      const known = lines.get(path) ?? texts.get(path)?.split('\n')
      if (known) lines.set(path, known)
      return known?.[line - 1]
    },
  }
}

interface Observing {
  bench: Workbench
  request: VerifyRequest
}

async function lintNow(paths: readonly string[], project: Project, { bench, request }: Observing): Promise<LintReport> {
  return lintFiles(project, paths, { sandbox: bench.open, timeout: request.commandTimeout, signal: request.signal })
}

/** Those that a change may break, or all where the project says how. */
async function testNow(paths: readonly string[], project: Project, { bench, request }: Observing): Promise<TestReport | null> {
  const related = await relatedTests(paths, project)
  const { testCommand, commandTimeout, signal } = request
  if (related.length === 0 && testCommand === null) return null
  return runTests(project, related, {
    run: bench.run,
    timeout: commandTimeout,
    signal,
    ...(testCommand !== null && { testCommand: ['sh', '-c', testCommand] }),
  })
}
