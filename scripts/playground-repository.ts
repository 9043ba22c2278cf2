import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, realpathSync, renameSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
export const playground = join(root, 'examples/fix-playground')

/** The tools that the playground's own package.json asks for, from the packages of this repository. */
const programs = ['biome', 'eslint', 'oxlint', 'stylelint', 'tsc']

/** Makes the playground into a git repository with one commit, and gives it the linters that it depends on. The folder must not exist yet. */
export function makePlaygroundRepository(folder: string): void {
  cpSync(join(playground, 'project'), folder, { recursive: true })
  // Under its real name, the oxlint of this repository would take it for one of its own configurations.
  renameSync(join(folder, 'oxlintrc.json'), join(folder, '.oxlintrc.json'))
  linkPackages(folder)
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'feat: take orders, ship them, and keep the books')
}

/** Single links, because a folder of packages that leads out of the repository as a whole is not trusted to be its own. */
function linkPackages(folder: string) {
  const link = (target: string, name: string) => {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(target, join(folder, 'node_modules', name))
  }
  for (const name of programs) link(realpathSync(join(root, 'node_modules/.bin', name)), `.bin/${name}`)
  link(process.execPath, '.bin/node')
  link(realpathSync(join(root, 'node_modules/@types/node')), '@types/node')
}

export interface PlantedProblem {
  tool: string
  rule: string
  path: string
  line: number
}

/** The table of the example's README: what is left when every linter has repaired what it safely can. */
export function plantedProblems(): PlantedProblem[] {
  const rows = readFileSync(join(playground, 'README.md'), 'utf8').matchAll(/^\| `(\S+):(\d+)` \| (\S+) \| `(\S+)` \|/gm)
  return [...rows].map(([, path = '', line, tool = '', rule = '']) => ({ tool, rule, path, line: Number(line) }))
}

/** Git as on a bare machine: no hooks, signatures or line endings of whoever runs this, and not the repository that a hook may stand in. */
function git(folder: string, ...args: readonly string[]) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const identity = ['-c', 'user.name=Ada Demo', '-c', 'user.email=ada@example.com']
  const plain = ['-c', 'commit.gpgSign=false', '-c', 'core.hooksPath=.no-hooks', '-c', 'core.autocrlf=false', '-c', 'core.excludesFile=']
  execFileSync('git', [...identity, ...plain, ...args], { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
}
