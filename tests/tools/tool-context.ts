import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createOutputs } from '../../src/tools/outputs.ts'
import { createSeenFiles } from '../../src/tools/seen-files.ts'
import type { ToolContext } from '../../src/tools/tool.ts'
import type { RunCommand } from '../../src/workspace/command.ts'
import { createGit } from '../../src/workspace/git.ts'
import { type CheckoutOptions, openCheckout } from '../../src/workspace/open-checkout.ts'
import type { TemporaryRepository } from '../helpers/git-repository.ts'

/** The checkout of a test's repository. */
export function checkoutOf(repository: TemporaryRepository, options: Partial<CheckoutOptions> = {}) {
  const { root, environment } = repository
  return openCheckout({ root, git: createGit(root, environment), environment, ...options })
}

/** What a tool gets in a test: the real checkout, and commands that are run in it without a sandbox, because it is the test that wrote them. */
export function toolContext(repository: TemporaryRepository, overrides: Partial<ToolContext> = {}): ToolContext {
  return {
    checkout: checkoutOf(repository),
    run: runHere(repository),
    commandTimeout: 60_000,
    outputs: createOutputs({ maxCharacters: 10_000 }),
    seen: createSeenFiles(),
    signal: new AbortController().signal,
    ...overrides,
  }
}

function runHere({ root, environment }: TemporaryRepository): RunCommand {
  return async ({ argv, directory, timeout, maxOutput, input = '', environment: added = {} }) => {
    const [program = '', ...args] = argv
    const started = performance.now()
    const options = {
      cwd: join(root, directory),
      env: { ...environment, ...added },
      timeout,
      maxBuffer: maxOutput,
      input,
      encoding: 'utf8',
    } as const
    const { status, signal, stdout, stderr, error } = spawnSync(program, args, options)
    const ended = { stdout: stdout ?? '', stderr: stderr ?? '', durationMs: performance.now() - started }
    const code = (error as NodeJS.ErrnoException | undefined)?.code
    if (code === 'ETIMEDOUT') return { ...ended, ending: { kind: 'timeout' } }
    if (code === 'ENOBUFS') return { ...ended, ending: { kind: 'output-limit' } }
    if (code === 'ENOENT') return { ...ended, ending: { kind: 'not-found' } }
    return { ...ended, ending: signal ? { kind: 'signalled', signal } : { kind: 'exited', code: status ?? -1 } }
  }
}

/** Everything below a folder, with what it holds, links not followed: two equal ones are the same tree. */
export function treeOf(folder: string, prefix = ''): Record<string, string> {
  const names = readdirSync(join(folder, prefix)).toSorted()
  return Object.assign({}, ...names.map((name) => entryOf(folder, join(prefix, name)))) as Record<string, string>
}

function entryOf(folder: string, path: string): Record<string, string> {
  const content = contentOf(join(folder, path))
  return { [path]: content, ...(content === 'folder' ? treeOf(folder, path) : {}) }
}

function contentOf(path: string): string {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  if (!stats.isFile()) return stats.isDirectory() ? 'folder' : 'special'
  return `${(stats.mode & 0o777).toString(8)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}
