/** Where a project's configuration may stand in a folder, the most explicit place first. All of them are data. */
export const configPlaces: readonly string[] = [
  'agent.config.json',
  'agent.config.yaml',
  '.agentrc',
  '.agentrc.json',
  '.agentrc.yaml',
  'package.json',
]

const codeEndings = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']

/** Names that look like a configuration and are never read, with what to do about them. */
export function adviceForIgnoredPlace(name: string): string | undefined {
  const [, stem, ending = ''] = /^(agent\.config|\.agentrc)\.(\w+)$/.exec(name) ?? []
  if (stem === undefined) return undefined
  if (codeEndings.includes(ending)) return 'A configuration is data and never executed: write agent.config.yaml or agent.config.json.'
  return ending === 'yml' || ending === 'toml' ? `Rename or rewrite it as ${stem}.yaml.` : undefined
}

/** The folders from one inside a repository up to its root, as posix paths relative to the root, which is the empty path. */
export function foldersUpward(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.')
  return Array.from({ length: parts.length + 1 }, (_, index) => parts.slice(0, parts.length - index).join('/'))
}
