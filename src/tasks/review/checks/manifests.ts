import { goDependencies, isInGoSum, jsonDependencies, rubyDependencies, tomlDependencies } from './dependencies.ts'

/** What each dependency is asked for as, by its name; null where the text cannot be read. */
export type Dependencies = ReadonlyMap<string, string>

export interface Manifest {
  /** Names of the lock files that may stand beside it. */
  locks: readonly string[]
  /** Whether a lock file further up can be the one of this manifest. */
  hasWorkspaces: boolean
  dependencies: (text: string) => Promise<Dependencies | null>
  /** Whether the lock file knows a dependency as it is asked for now, where that can be told. */
  isLocked?(dependency: { name: string; version: string | undefined }, lock: string): boolean
  /** What goes wrong when the two disagree. */
  effect: string
  /** The command that brings the lock file up to date. */
  remedy(lock: string): string
}

const nodeRemedies: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm install --lockfile-only',
  'yarn.lock': 'yarn install',
  'bun.lock': 'bun install',
  'bun.lockb': 'bun install',
}
const pythonRemedies: Readonly<Record<string, string>> = { 'poetry.lock': 'poetry lock', 'uv.lock': 'uv lock', 'pdm.lock': 'pdm lock' }

const manifests: Readonly<Record<string, Manifest>> = {
  'package.json': {
    locks: ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'],
    hasWorkspaces: true,
    // Some tools record peer ranges and others do not, so that a change of one says nothing.
    dependencies: jsonDependencies(['dependencies', 'devDependencies', 'optionalDependencies', 'overrides', 'resolutions']),
    effect: 'a clean install (`npm ci`, `--frozen-lockfile`) refuses it, and every other one resolves anew.',
    remedy: (lock) => nodeRemedies[lock] ?? 'npm install --package-lock-only',
  },
  'Cargo.toml': {
    locks: ['Cargo.lock'],
    hasWorkspaces: true,
    dependencies: tomlDependencies([
      ['dependencies'],
      ['dev-dependencies'],
      ['build-dependencies'],
      ['target', '*', 'dependencies'],
      ['target', '*', 'dev-dependencies'],
      ['target', '*', 'build-dependencies'],
      ['workspace', 'dependencies'],
      ['patch', '*'],
    ]),
    effect: 'a build with `--locked` fails.',
    remedy: () => 'cargo update --workspace',
  },
  'pyproject.toml': {
    locks: ['uv.lock', 'poetry.lock', 'pdm.lock'],
    hasWorkspaces: true,
    dependencies: tomlDependencies([
      ['project', 'dependencies'],
      ['project', 'optional-dependencies'],
      ['dependency-groups'],
      ['tool', 'poetry', 'dependencies'],
      ['tool', 'poetry', 'dev-dependencies'],
      ['tool', 'poetry', 'group', '*', 'dependencies'],
      ['tool', 'uv', 'dev-dependencies'],
      ['tool', 'uv', 'sources'],
      ['tool', 'pdm', 'dev-dependencies'],
    ]),
    effect: 'a locked install fails, or installs the old state.',
    remedy: (lock) => pythonRemedies[lock] ?? 'uv lock',
  },
  Pipfile: {
    locks: ['Pipfile.lock'],
    hasWorkspaces: false,
    dependencies: tomlDependencies([['packages'], ['dev-packages']]),
    effect: '`pipenv install --deploy` fails.',
    remedy: () => 'pipenv lock',
  },
  'go.mod': {
    locks: ['go.sum'],
    hasWorkspaces: false,
    dependencies: goDependencies,
    isLocked: isInGoSum,
    effect: 'the build fails with a missing go.sum entry.',
    remedy: () => 'go mod tidy',
  },
  Gemfile: {
    locks: ['Gemfile.lock'],
    hasWorkspaces: false,
    dependencies: rubyDependencies,
    effect: '`bundle install --deployment` fails.',
    remedy: () => 'bundle lock',
  },
  'composer.json': {
    locks: ['composer.lock'],
    hasWorkspaces: false,
    dependencies: jsonDependencies(['require', 'require-dev']),
    effect: '`composer install` warns, and installs the old state.',
    remedy: () => 'composer update --lock',
  },
}

/** What is known of a manifest by its name; null for every other file. */
export function manifestOf(path: string): Manifest | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return Object.hasOwn(manifests, name) ? (manifests[name] ?? null) : null
}
