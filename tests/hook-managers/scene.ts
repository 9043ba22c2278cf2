import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { type AgentRun, runAgent } from '../commands/run-agent.ts'

export interface RecordedCall {
  args: string
  cwd: string
  index: string
  stdin: string
}

export interface SceneOptions {
  files?: Readonly<Record<string, string>>
  /** Where the repository's root is moved to, below a folder of its own. */
  name?: string
  /** Folders of programs in front of PATH. */
  programs?: readonly string[]
}

const own = join(import.meta.dirname, '../../node_modules/.bin')

/** A repository whose hooks call a stand-in that tells how it was called; what a hook then does is another matter. */
export function hookScene({ files = { 'a.txt': 'a\n' }, programs = [] }: SceneOptions = {}) {
  const made = temporaryRepository({ files })
  onTestFinished(() => made.remove())
  const base = dirname(made.root)
  const log = join(base, 'calls')
  const programFolder = join(base, 'bin')
  mkdirSync(programFolder)
  writeProgram(
    join(programFolder, 'agent'),
    `#!/bin/sh\nhook=$3\n{ echo "args $*"; echo "cwd $PWD"; echo "index \${GIT_INDEX_FILE-}"; [ "$hook" != pre-push ] || sed 's/^/stdin /'; echo .; } >>'${log}'\n[ ! -f '${base}/refuse' ]\n`,
  )
  // The stand-in needs none, but a hook looks for one.
  symlinkSync(process.execPath, join(programFolder, 'node'))
  const environment: Record<string, string> = {
    ...made.environment,
    PATH: [programFolder, ...programs, made.environment.PATH].join(':'),
    TERM: 'dumb',
  }
  const hooks = (...args: readonly string[]): Promise<AgentRun> => runAgent(['hooks', ...args], { cwd: made.root, environment })
  /** Git as a person runs it, with hooks. */
  const git = (args: readonly string[], options: { cwd?: string; environment?: Readonly<Record<string, string>> } = {}) => {
    const { status, stdout, stderr } = spawnSync('git', args, {
      cwd: options.cwd ?? made.root,
      env: { ...environment, ...options.environment },
      encoding: 'utf8',
    })
    return { code: status, text: `${stdout}${stderr}` }
  }
  const calls = (): RecordedCall[] => {
    const text = existsSync(log) ? readFileSync(log, 'utf8') : ''
    rmSync(log, { force: true })
    return text.split('\n.\n').filter(Boolean).map(readCall)
  }
  const path = (name: string) => join(made.root, name)
  const hook = (name: string, text: string, mode = 0o755) => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeProgram(path(name), text, mode)
  }
  const refuse = () => writeFileSync(join(base, 'refuse'), '')
  return {
    ...made,
    base,
    environment,
    hooks,
    run: git,
    calls,
    hook,
    refuse,
    path,
    read: (name: string) => readFileSync(path(name), 'latin1'),
    programFolder,
  }
}

export function writeProgram(path: string, text: string, mode = 0o755): void {
  writeFileSync(path, text)
  chmodSync(path, mode)
}

/** What a manager's package is to the repository: its program, in its own folder of packages. */
export function linkPackage(root: string, name: string): void {
  mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true })
  const target = join(own, '..', name)
  symlinkSync(target, join(root, 'node_modules', name))
  symlinkSync(realpathSync(join(own, name)), join(root, 'node_modules', '.bin', name))
}

function readCall(text: string): RecordedCall {
  const values = (key: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${key} `) || line === key)
      .map((line) => line.slice(key.length + 1))
  return {
    args: values('args').join('\n'),
    cwd: values('cwd').join('\n'),
    index: values('index').join('\n'),
    stdin: values('stdin').join('\n'),
  }
}
