import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

type Content = string | Uint8Array
type Files = Readonly<Record<string, Content>>

export interface TemporaryRepository {
  readonly root: string
  /** What a command that runs in this repository should see: an empty home, no user or system configuration. */
  readonly environment: Readonly<Record<string, string>>
  write(path: string, content: Content): void
  /** Writes the files, then adds them to the index (without files: everything that is not ignored). */
  stage(files?: Files): void
  /** Stages the files, if any are given, commits the index without hooks, and returns the commit's id. */
  commit(message?: string, files?: Files): string
  /** Runs git in the repository and returns its output as text; throws when it fails. */
  git(...args: readonly string[]): string
  /** The same, as bytes. */
  gitBytes(args: readonly string[], options?: { input?: Content; cwd?: string; environment?: Readonly<Record<string, string>> }): Buffer
  remove(): void
  [Symbol.dispose](): void
}

export interface TemporaryRepositoryOptions {
  /** Committed as the first commit; without it, the repository has no HEAD. */
  files?: Files
  /** Passed to `git init`, such as `--object-format=sha256`. */
  initArguments?: readonly string[]
}

/** A real repository in the temporary directory, cut off from the configuration of whoever runs the tests. */
export function temporaryRepository({ files, initArguments = [] }: TemporaryRepositoryOptions = {}): TemporaryRepository {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'agent-repository-')))
  const [root, home] = [join(base, 'repository'), join(base, 'home')]
  mkdirSync(home)
  const environment = isolatedEnvironment(home)

  const gitBytes: TemporaryRepository['gitBytes'] = (args, options = {}) =>
    execFileSync('git', args, {
      cwd: options.cwd ?? root,
      env: { ...environment, ...options.environment },
      maxBuffer: 2 ** 30,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.input === undefined ? {} : { input: options.input }),
    })
  const git = (...args: readonly string[]) => gitBytes(args).toString('utf8')
  const write = (path: string, content: Content) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const stage = (more: Files = {}) => {
    for (const [path, content] of Object.entries(more)) write(path, content)
    const names = Object.keys(more)
    git('--literal-pathspecs', 'add', '--all', ...(names.length > 0 ? ['--force', '--', ...names] : ['--', '.']))
  }
  const commit = (message = 'A commit', more?: Files) => {
    if (more) stage(more)
    git('commit', '--quiet', '--no-verify', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD').trim()
  }
  const remove = () => rmSync(base, { recursive: true, force: true })

  gitBytes(['init', '--quiet', '--initial-branch=main', ...initArguments, root], { cwd: base })
  if (files) commit('The first commit', files)
  return { root, environment, write, stage, commit, git, gitBytes, remove, [Symbol.dispose]: remove }
}

function isolatedEnvironment(home: string): Record<string, string> {
  const identity = { NAME: 'Ada Tester', EMAIL: 'ada@example.com', DATE: '2024-05-06T07:08:09+0000' }
  const asRole = (role: string) => Object.fromEntries(Object.entries(identity).map(([key, value]) => [`GIT_${role}_${key}`, value]))
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C.UTF-8',
    ...asRole('AUTHOR'),
    ...asRole('COMMITTER'),
  }
}
