import { dirname, join } from 'node:path'
import { isExecutable, missing } from './check-reach.ts'
import type { HookName, HookState, Trouble } from './hook-manager.ts'
import { isHuskyFolder } from './husky.ts'
import { type Place, shownPath } from './place.ts'
import { textOf } from './project-files.ts'

/** What does the work of a hook where it is called without the hook's name. */
const commands: Readonly<Record<HookName, string>> = {
  'pre-commit': 'review',
  'prepare-commit-msg': 'commit-message',
  'commit-msg': 'commit-message',
  'pre-push': 'review',
}

/** A call for this hook, and for no other: what a manager reads has those of all hooks in it. */
function callFor(hook: HookName): RegExp {
  // By its name, by that of its package, or as its main file.
  const byCommand = String.raw`(?:(?:^|[\s"'\x60/&|;-])agent|\bmain\.[jt]s)["']?\s+(?:hooks\s+run\s+${hook}(?![\w-])|${commands[hook]}\b)`
  const byScript = String.raw`\bcoding-agent/hooks/${hook}(?![\w-])`
  // In a configuration of the pre-commit framework.
  const byId = String.raw`^[ \t]*(?:- )?[ \t]*id:[ \t]*["']?agent${hook === 'pre-commit' ? '' : `-${hook}`}(?:-node)?["']?[ \t]*(?:#|$)`
  return new RegExp([byCommand, byScript, byId].join('|'), 'm')
}

const handWrittenIn = ['lefthook.yml', 'lefthook.yaml', 'lefthook.json', 'lefthook.toml', '.pre-commit-config.yaml', 'package.json']

/** A call that somebody wrote without our help, in the hook or in what a manager reads. */
export async function handWritten(place: Place, hook: HookName): Promise<HookState[]> {
  const path = join(place.hooksFolder, hook)
  const own = isHuskyFolder(place.hooksFolder) ? join(dirname(place.hooksFolder), hook) : path
  const script = await textOf(path)
  const sources = script === '' ? [join(place.root, '.husky', hook)] : [own, path, ...handWrittenIn.map((name) => join(place.root, name))]
  const texts = await Promise.all(sources.map(textOf))
  const call = callFor(hook)
  const file = sources.find((_source, index) => call.test(texts[index] ?? ''))
  if (file === undefined) return []
  const state = { hook, manager: null, file, isReached: true, warning: null }
  if (script === '') return [{ ...state, problem: notToldOf(place) }]
  if (await isExecutable(path)) return [{ ...state, problem: null }]
  return [
    {
      ...state,
      problem: { message: `${shownPath(place, path)} is not executable, so git passes over it`, remedy: `Run \`chmod +x ${path}\`.` },
    },
  ]
}

function notToldOf(place: Place): Trouble {
  return isHuskyFolder(place.hooksFolder)
    ? { message: missing(place, ''), remedy: 'Run `npx husky` in this worktree.' }
    : { message: '.husky has hooks that call agent, but git does not run them here', remedy: 'Run `npx husky` in this clone.' }
}
