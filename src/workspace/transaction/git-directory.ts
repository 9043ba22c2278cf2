import { mkdir, stat, writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../git-environment.ts'
import type { RepositoryState } from './repository-state.ts'

interface GitDirectoryOptions {
  /** Absolute path; made here. */
  path: string
  state: RepositoryState
  /** Bytes of `info/attributes`, which win over every `.gitattributes`. */
  attributes: string | Buffer
  /** Settings beyond those that make it one. */
  settings: Readonly<Record<string, string>>
}

/** Every byte is kept as it lies on disk, whatever attributes the files beside it claim. */
export const everyByte = '* -text !eol -crlf -filter -ident !working-tree-encoding !diff !merge\n'

/**
 * Makes a git directory of ours that knows the user's commits and ignore rules. Its configuration is written here and by nobody else:
 * none of the user's programs, filters or hooks are in it.
 */
export async function writeGitDirectory({ path, state, attributes, settings }: GitDirectoryOptions): Promise<void> {
  for (const folder of ['objects/info', 'refs', 'info']) await mkdir(join(path, folder), { recursive: true })
  await writeFile(join(path, 'HEAD'), state.head === null ? 'ref: refs/heads/main\n' : `${state.head}\n`)
  const isCaseBlind = await stat(join(path, 'head'))
    .then(() => true)
    .catch(() => false)
  const files: Record<string, string | Buffer> = {
    config: configText({
      'core.repositoryformatversion': state.format === 'sha1' ? '0' : '1',
      ...(state.format === 'sha1' ? {} : { 'extensions.objectformat': state.format }),
      'core.bare': 'false',
      'core.filemode': 'true',
      'core.symlinks': 'true',
      'core.ignorecase': String(isCaseBlind),
      // Names that another system would misread are refused when they change; those that the user has must be seen.
      'core.protectntfs': 'false',
      'core.protecthfs': 'false',
      'core.compression': '0',
      'core.excludesfile': join(path, 'info/excludes'),
      'gc.auto': '0',
      // Git would start itself in a nested repository, with that one's configuration.
      'diff.ignoresubmodules': 'all',
      'submodule.recurse': 'false',
      ...settings,
    }),
    'objects/info/alternates': state.objects.map(quoted).join(''),
    'info/attributes': attributes,
    'info/exclude': state.exclude,
    'info/excludes': state.excludesFile,
    ...(state.shallow.length > 0 ? { shallow: state.shallow } : {}),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
}

/** The environment for git in a directory of ours: nothing of the user's configuration, and nothing that names another repository. */
export function neutralEnvironment(environment: Environment, place: { gitDirectory: string; workTree: string }): Environment {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('GIT_'))
  return {
    ...Object.fromEntries(others),
    GIT_DIR: place.gitDirectory,
    GIT_WORK_TREE: place.workTree,
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
  }
}

function configText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `[${name.slice(0, name.indexOf('.'))}]\n\t${name.slice(name.indexOf('.') + 1)} = ${quoted(value)}`)
    .join('')
}

/** As git reads a value of its configuration, and a line of its list of alternates. */
const quoted = (value: string) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"\n`
