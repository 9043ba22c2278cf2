import { access, constants, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Answer, ok, type Probe, problem, type Surroundings, warning } from './probe.ts'
import { runTool } from './run-tool.ts'

const hookNames = ['pre-commit', 'commit-msg', 'prepare-commit-msg', 'pre-push'] as const
/** Where the usual managers keep what their hooks call. */
const managerFiles = ['lefthook.yml', 'lefthook.yaml', 'lefthook.json', 'lefthook.toml', '.pre-commit-config.yaml', 'package.json'] as const
/** By its name, by that of its package, or as its main file. */
const callsAgent = /(?:(?:^|[\s"'`/&|;-])agent|\bmain\.[jt]s)["']?\s+(?:hooks|review|commit-message)\b/m

/** Whether git would run a hook here that calls us. */
export const hooksProbe: Probe = {
  name: 'hooks',
  deadlineMs: 5000,
  async examine(surroundings, signal) {
    if (surroundings.root === undefined) return null
    const place = await hookFolder(surroundings, signal)
    if (typeof place === 'string') return problem(place, 'Check the repository with `git status`.')
    const { folder, isConfigured } = place
    if (!(await isThere(folder))) {
      if (!isConfigured) return notCalled(surroundings.root)
      // husky's folder is made by its install script and ignored by git, so that a fresh worktree has none and commits pass silently.
      const husky = basename(folder) === '_' && basename(dirname(folder)) === '.husky'
      return warning(
        `core.hooksPath is ${folder}, which does not exist: no hook runs here`,
        husky ? 'Run `npx husky` in this worktree.' : 'Create it, or run `git config --unset core.hooksPath`.',
      )
    }
    return judge(folder, surroundings.root)
  },
}

const installRemedy = 'Call `agent review --staged` from a pre-commit hook if every commit is to be reviewed.'

async function judge(folder: string, root: string): Promise<Answer> {
  const managers = await textsOf(managerFiles.map((name) => join(root, name)))
  const own = basename(folder) === '_' ? dirname(folder) : folder
  const calling: string[] = []
  for (const name of hookNames) {
    const [installed = ''] = await textsOf([join(folder, name)])
    if (installed === '') continue
    const [called = ''] = await textsOf([join(own, name)])
    if (![installed, called, ...managers].some((text) => callsAgent.test(text))) continue
    if (!(await isExecutable(join(folder, name)))) {
      return warning(`${join(folder, name)} is not executable, so git passes over it`, `Run \`chmod +x ${join(folder, name)}\`.`)
    }
    calling.push(name)
  }
  if (calling.length > 0) return ok(`${calling.join(', ')} in ${folder}`)
  return notCalled(root)
}

/** husky's hooks may be in the repository without anybody having told this clone of them. */
async function notCalled(root: string): Promise<Answer> {
  const texts = await textsOf(hookNames.map((name) => join(root, '.husky', name)))
  if (!texts.some((text) => callsAgent.test(text))) return warning('no hook calls agent', installRemedy)
  return warning('.husky has hooks that call agent, but git does not run them here', 'Run `npx husky` in this clone.')
}

/** Not through our own git, which switches hooks off for every call. */
async function hookFolder(
  { directory, environment }: Surroundings,
  signal: AbortSignal,
): Promise<{ folder: string; isConfigured: boolean } | string> {
  const ask = (...args: string[]) => runTool(['git', ...args], { cwd: directory, environment, signal })
  const [path, configured] = await Promise.all([ask('rev-parse', '--git-path', 'hooks'), ask('config', '--get', 'core.hooksPath')])
  if (path.code !== 0) return `git cannot say where its hooks are: ${path.stderr}`
  return { folder: resolve(directory, path.stdout), isConfigured: configured.code === 0 }
}

async function textsOf(paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function isExecutable(path: string): Promise<boolean> {
  if (process.platform === 'win32') return true
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
