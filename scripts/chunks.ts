import type { OutputOptions, Plugin } from 'rolldown'

/** What every start of the command loads, and what a review loads of which all answers are known: a commit waits for both. */
const groups = {
  start: ['src/commands/run-process.ts', 'src/commands/program.ts'],
  recall: [
    'src/commands/hooks/pre-commit.ts',
    'src/commands/hooks/run-hook.ts',
    'src/commands/run-review.ts',
    'src/config/load-config.ts',
    'src/memory/sqlite.ts',
    'src/tasks/review/check-change.ts',
    'src/tasks/review/configurable-checks.ts',
    'src/workspace/open-workspace.ts',
    'secretlint-rule-preset-recommend/module/index.js',
  ],
} as const

/** It has modules in common with the command, and nothing else. */
const ownEntry = 'src/engine/llama/process.ts'

/**
 * Puts modules that are always loaded together into one file each. A file costs a third of a millisecond to find, read and link, however
 * small it is, and left to itself the bundler makes a hundred of them, because each command shares other modules with the others.
 */
export function fewerChunks(): { plugin: Plugin; output: Pick<OutputOptions, 'codeSplitting'> } {
  const groupOf = new Map<string, string>()
  const plugin: Plugin = {
    name: 'fewer-chunks',
    buildEnd() {
      const ids = [...this.getModuleIds()].map((id) => id.replaceAll('\\', '/'))
      const closure = (roots: readonly string[]) => {
        const found = new Set<string>()
        const pending = roots.map((root) => {
          const id = ids.find((candidate) => candidate.endsWith(`/${root}`))
          if (id === undefined) throw new Error(`scripts/chunks.ts names ${root}, which is no module any more.`)
          return id
        })
        for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
          if (found.has(id)) continue
          found.add(id)
          pending.push(...(this.getModuleInfo(id)?.importedIds ?? []))
        }
        return found
      }
      const elsewhere = closure([ownEntry])
      for (const [name, roots] of Object.entries(groups))
        for (const id of closure(roots)) if (!elsewhere.has(id) && !groupOf.has(id)) groupOf.set(id, name)
    },
  }
  const chunks = Object.keys(groups).map((name) => ({ name, test: (id: string) => groupOf.get(id) === name }))
  return { plugin, output: { codeSplitting: { includeDependenciesRecursively: false, groups: chunks } } }
}
