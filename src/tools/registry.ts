import { deleteFile } from './delete-file.ts'
import { editFile } from './edit-file.ts'
import { findSymbol } from './find-symbol.ts'
import { gitBlame } from './git-blame.ts'
import { gitDiff } from './git-diff.ts'
import { gitLog } from './git-log.ts'
import { gitStatus } from './git-status.ts'
import { lint } from './lint.ts'
import { listFiles } from './list-files.ts'
import { moveFile } from './move-file.ts'
import { readDocs } from './read-docs.ts'
import { readFile } from './read-file.ts'
import { readOutput } from './read-output.ts'
import { runCommand } from './run-command.ts'
import { runTests } from './run-tests.ts'
import { search } from './search.ts'
import type { Effect, Tool } from './tool.ts'
import { writeDocs } from './write-docs.ts'
import { writeFile } from './write-file.ts'

/** Every tool, in the order in which a model is told of them. */
const tools: readonly Tool[] = [
  listFiles,
  search,
  findSymbol,
  readFile,
  readDocs,
  gitStatus,
  gitDiff,
  gitLog,
  gitBlame,
  editFile,
  writeFile,
  writeDocs,
  moveFile,
  deleteFile,
  lint,
  runTests,
  runCommand,
  readOutput,
]

/** The tools of these effects, and no others: what a task has not declared does not exist for the model. */
export function toolsFor(effects: readonly Effect[]): Tool[] {
  return tools.filter(({ effect }) => effects.includes(effect))
}
