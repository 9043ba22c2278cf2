import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfigText } from '../config/read-config-file.ts'

/** What a glance at the root of a repository tells. Only the file names and package.json are looked at. */
export interface DetectedProject {
  linters: readonly string[]
  testRunner: string | undefined
  /** Folders of built or vendored code that may be committed. */
  builtFolders: readonly string[]
  /** Whether the package is a dependency here, so that its schema lies in node_modules. */
  hasPackage: boolean
}

const linterFiles: Readonly<Record<string, RegExp>> = {
  biome: /^biome\.jsonc?$/,
  oxlint: /^\.?oxlint(?:rc\.json|\.config\.\w+)$/,
  eslint: /^(?:eslint\.config\.\w+|\.eslintrc(?:\.\w+)?)$/,
  tsc: /^tsconfig\.json$/,
  ruff: /^\.?ruff\.toml$/,
  'golangci-lint': /^\.golangci\.ya?ml$/,
  clippy: /^Cargo\.toml$/,
  shellcheck: /^\.shellcheckrc$/,
}

const testRunnerFiles: Readonly<Record<string, RegExp>> = {
  vitest: /^vitest\.config\.\w+$/,
  jest: /^jest\.config\.\w+$/,
  pytest: /^(?:pytest\.ini|conftest\.py)$/,
  'go test': /^go\.mod$/,
  'cargo test': /^Cargo\.toml$/,
}

export async function detectProject(root: string): Promise<DetectedProject> {
  const names = await readdir(root)
  const packages = await packagesOf(root)
  const found = (known: Readonly<Record<string, RegExp>>) =>
    Object.entries(known)
      .filter(([name, file]) => packages.has(name) || names.some((candidate) => file.test(candidate)))
      .map(([name]) => name)
  return {
    linters: found(linterFiles),
    testRunner: found(testRunnerFiles)[0],
    builtFolders: ['dist', 'build', 'vendor', 'third_party'].filter((folder) => names.includes(folder)),
    hasPackage: packages.has('coding-agent'),
  }
}

/** Names of the dependencies in package.json; none where it cannot be read. */
async function packagesOf(root: string): Promise<ReadonlySet<string>> {
  try {
    const { dependencies, devDependencies } = JSON.parse((await readConfigText(join(root, 'package.json'), 'package.json')) ?? '{}')
    return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})])
  } catch {
    return new Set()
  }
}
