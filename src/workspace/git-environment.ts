/** What a hook or a CI job may say about where its repository is. */
const locating = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_NAMESPACE',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
] as const

/** Set by us for every call: answers in English, no lock, no prompt, and no transport, so that a partial clone cannot make us fetch. */
const fixed = {
  LC_ALL: 'C',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
} as const

/** Git's variables that simple-git would otherwise remove. */
export const allowedEnvironment: readonly string[] = [...locating, ...Object.keys(fixed)]

const isLocating = (name: string) => (locating as readonly string[]).includes(name)
/** Such as `safe.directory` from a CI job, or the `-c` of the git command that runs a hook. */
const isConfiguration = (name: string) => /^GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+|PARAMETERS|GLOBAL|SYSTEM|NOSYSTEM)$/.test(name)

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment of our git processes. Every other `GIT_*` variable goes: `GIT_DIFF_OPTS` and `GIT_EXTERNAL_DIFF`
 * change what a diff says, and `GIT_LITERAL_PATHSPECS` and its kin what a path means.
 */
export function gitEnvironment(environment: Environment): Record<string, string> {
  return { ...select(environment, (name) => !name.startsWith('GIT_') || isLocating(name) || isConfiguration(name)), ...fixed }
}

/** The little that simple-git lets through; with `GIT_DIR` known, nothing of the user's configuration is needed for a question about a name. */
export function questionEnvironment(environment: Environment): Record<string, string> {
  const needed = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR', 'SystemRoot', 'LC_ALL']
  return select(environment, (name) => needed.includes(name) || allowedEnvironment.includes(name))
}

function select(environment: Environment, isWanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value !== undefined && isWanted(name) ? [[name, value]] : [])),
  )
}
