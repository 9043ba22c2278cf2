import type { Project } from '../workspace/project.ts'
import type { Linter, LinterUse } from './linter.ts'
import type { Reading } from './problem.ts'
import { readRuffOutput, ruffCoordinates } from './ruff.ts'
import { crashed, type Exited, runOnFiles } from './run-linter.ts'
import { findPythonUses, isAutomated, pythonUse } from './sections.ts'

/** Many projects that lint with Ruff format with something else: only one that configures the formatter, or runs it in its hooks, wants it. */
const formatted = {
  linter: 'ruff-format',
  configuration: /^(?!)$/,
  sections: { 'pyproject.toml': /^\s*\[tool\.ruff\.format\]/m, 'ruff.toml': /^\s*\[format\]/m, '.ruff.toml': /^\s*\[format\]/m },
}

const linted = {
  linter: 'ruff-format',
  configuration: /^\.?ruff\.toml$/,
  sections: { 'pyproject.toml': /^\s*\[tool\.ruff\b/m },
}

export const ruffFormat: Linter = {
  name: 'ruff-format',
  handles: (path) => /\.pyi?$/.test(path),
  detect,
  check: (use, request) => runOnFiles(use, request, runWith(['--check'], read)),
  fix: (use, request) => runOnFiles(use, request, runWith([], readRepair)),
}

async function detect(project: Project): Promise<LinterUse[]> {
  const isWanted = await isAutomated(project, /\bruff[ -]format\b/)
  const uses = await findPythonUses(project, isWanted ? linted : formatted, 'ruff')
  const isInRoot = isWanted && uses.length === 0
  return isInRoot ? [await pythonUse(project, { linter: 'ruff-format', directory: '.', program: 'ruff' })] : uses
}

const runWith = (more: readonly string[], readOutput: (exited: Exited) => Reading) => ({
  arguments: ['format', ...more, '--output-format=json', '--no-cache', '--force-exclude', '--'],
  coordinates: ruffCoordinates,
  read: readOutput,
})

/** 1 means that files are laid out in another way; 2 that one cannot be parsed, or a wrong configuration. */
function read(exited: Exited): Reading {
  if (exited.code > 2) return crashed('ruff-format', exited)
  const reading = readRuffOutput(exited)
  if ('failure' in reading) return reading
  if (exited.code === 2 && !reading.problems.some(({ isFatal }) => isFatal)) return crashed('ruff-format', exited)
  // It tells the first and the last of its edits; what is meant is the file.
  return { problems: reading.problems.map((problem) => (problem.isFatal ? problem : { ...problem, place: null, severity: 'warning' })) }
}

/** What was repaired is no problem any more. */
function readRepair(exited: Exited): Reading {
  if (exited.code === 0) return { problems: [] }
  const reading = read(exited)
  return 'failure' in reading ? reading : { problems: reading.problems.filter(({ isFatal }) => isFatal) }
}
