import { posix } from 'node:path'
import { importsOf } from '../../test-runners/imports.ts'
import type { Project } from '../../workspace/project.ts'

const configuration =
  /(?:^|\/)(?:[\w.-]*\.config\.[\w.]+|\.?(?:eslint|prettier|stylelint|markdownlint|oxlint|biome|ruff|mypy|rubocop|golangci|shellcheck|hadolint|pyright|pyrightconfig|babel|postcss|tsconfig)[\w.-]*|package\.json|pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|conftest\.py|sitecustomize\.py|usercustomize\.py|build\.rs|Cargo\.toml|Rakefile|Gemfile|[\w.-]+\.gemspec)$/
const maxText = 200_000

/**
 * Whether a linter may run a file as its own code: configuration, plugins and rules of the project, build scripts, macros. It errs towards yes:
 * what a configuration imports, directly or not, and what one names.
 */
export async function isLinterCode(path: string, project: Project): Promise<boolean> {
  if (configuration.test(path)) return true
  const files = new Set(project.files)
  const configurations = project.files.filter((file) => configuration.test(file))
  const stem = posix.basename(path).replace(/\.[^.]+$/, '')
  const seen = new Set(configurations)
  for (const file of seen) {
    if (file === path) return true
    const text = ((await project.read(file)) ?? '').slice(0, maxText)
    if (configuration.test(file) && names(text, { path, stem })) return true
    for (const imported of importsOf(file, text, files)) seen.add(imported)
  }
  return path.endsWith('.rs') && (await isMacro(path, project))
}

/** `plugins: ['./tools/rule.js']`, `plugins = tools.rule`, `require: ./tools/rule`. */
function names(text: string, { path, stem }: { path: string; stem: string }): boolean {
  const withoutExtension = path.replace(/\.[^./]+$/, '')
  return (
    text.includes(path) ||
    (withoutExtension.includes('/') && text.includes(withoutExtension)) ||
    (text.includes(withoutExtension.replaceAll('/', '.')) && withoutExtension.includes('/')) ||
    new RegExp(String.raw`["'\s/]\.{1,2}/(?:[\w.-]+/)*${stem.replaceAll(/[$^.*+?()[\]{}|\\/-]/g, '\\$&')}(?:\.\w+)?["'\s]`).test(text)
  )
}

/** The compiler runs procedural macros. */
async function isMacro(path: string, project: Project): Promise<boolean> {
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const manifest = posix.join(folder, 'Cargo.toml')
    if (project.files.includes(manifest)) return ((await project.read(manifest)) ?? '').includes('proc-macro')
    if (folder === '.' || folder === '/') return false
  }
}
