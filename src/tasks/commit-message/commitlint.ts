import { stripVTControlCharacters } from 'node:util'
import { rulesFromCommitlint } from '../../domain/commit-message-commitlint.ts'
import { type CommitRules, type MessageProblem } from '../../domain/commit-message-rules.ts'
import type { CommandResult } from '../../workspace/command.ts'
import type { Sandbox } from '../../workspace/sandbox.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Workshop } from '../task.ts'

/** The project's own commitlint. */
export interface Commitlint {
  /** Null where its configuration could not be read. */
  rules: CommitRules | null
  /** What it says its configuration is, for what depends on it. */
  printed: string
  /** What is wrong with a message; null where it could not be checked. */
  lint(text: string): Promise<MessageProblem[] | null>
  close(): Promise<void>
}

export type FoundCommitlint = { kind: 'none' } | { kind: 'unusable'; reason: string } | { kind: 'found'; commitlint: Commitlint }

const places = [
  ...['', '.json', '.yaml', '.yml', '.js', '.cjs', '.mjs', '.ts', '.cts', '.mts'].map((ending) => `.commitlintrc${ending}`),
  ...['.js', '.cjs', '.mjs', '.ts', '.cts', '.mts'].map((ending) => `commitlint.config${ending}`),
]
const timeout = 20_000
const maxOutput = 2 ** 20

/** Finds out whether the project has a configuration for commitlint, and whether commitlint can be run here. It is code of the user's, run as the user. */
export async function openCommitlint(workspace: Workspace, workshop: Workshop, signal: AbortSignal): Promise<FoundCommitlint> {
  if (!(await isConfigured(workspace))) return { kind: 'none' }
  const tools = await workshop.openUserTools(signal)
  if (tools === null) return { kind: 'unusable', reason: 'in a pull request its configuration is a stranger’s, and is not run' }
  const program = await findProgram(tools, signal)
  if (program === null) {
    await tools.close()
    return { kind: 'unusable', reason: 'it is configured and not installed' }
  }
  const { argv, printed } = program
  return {
    kind: 'found',
    commitlint: {
      rules: rulesFromCommitlint(parsed(printed)),
      printed,
      lint: async (text) => readProblems(await tools.run({ argv, directory: '.', input: `${text}\n`, timeout, maxOutput, signal })),
      close: () => tools.close(),
    },
  }
}

async function isConfigured(workspace: Workspace): Promise<boolean> {
  const read = (path: string) => workspace.readFile({ kind: 'working' }, path).catch(() => null)
  const found = await Promise.all(places.map(read))
  if (found.some((bytes) => bytes !== null)) return true
  const manifest = parsed((await read('package.json'))?.toString('utf8') ?? '')
  return typeof manifest === 'object' && manifest !== null && 'commitlint' in manifest
}

/** The one that the project installed, or else the user's own. */
async function findProgram(tools: Sandbox, signal: AbortSignal): Promise<{ argv: readonly string[]; printed: string } | null> {
  for (const program of ['./node_modules/.bin/commitlint', 'commitlint']) {
    const command = { directory: '.', timeout, maxOutput, signal }
    const { ending, stdout } = await tools.run({ ...command, argv: [program, '--print-config=json'] })
    if (ending.kind !== 'not-found') return { argv: [program], printed: ending.kind === 'exited' && ending.code === 0 ? stdout : '' }
  }
  return null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const problemLine = /^\s*[\u2716\u00D7x]\s+(.+?)\s+\[([\w/-]+)\]$/

/** Its lines end in the name of the rule; warnings have another mark. */
function readProblems({ ending, stdout }: CommandResult): MessageProblem[] | null {
  if (ending.kind !== 'exited') return null
  if (ending.code === 0) return []
  // In CI it colours its output whatever it is told.
  const problems = stripVTControlCharacters(stdout)
    .split('\n')
    .flatMap((line) => {
      const [, message, rule] = problemLine.exec(line) ?? []
      return message === undefined || rule === undefined ? [] : [{ rule, message: sentence(message) }]
    })
  return problems.length > 0 ? problems : null
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
