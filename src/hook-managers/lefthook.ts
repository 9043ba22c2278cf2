import { join } from 'node:path'
import { AppError } from '../domain/errors.ts'
import { type HookManager, type HookName, hookNames, type InstalledHook } from './hook-manager.ts'
import { jsonWithJob, jsonWithoutJob, scriptInJson } from './lefthook-json.ts'
import { tomlWithJob } from './lefthook-toml.ts'
import { yamlWithJob } from './lefthook-yaml.ts'
import { decoded, editOfDecoded, readOwnFile } from './own-file.ts'
import { findPart, removePart } from './part.ts'
import { type Place, shownPath } from './place.ts'
import { firstThere } from './project-files.ts'
import { lookupLines } from './script.ts'

const stems = ['lefthook', '.lefthook', '.config/lefthook']
const files = stems.flatMap((stem) => ['yml', 'yaml', 'toml', 'json'].map((extension) => `${stem}.${extension}`))

export const lefthook: HookManager = {
  name: 'lefthook',

  async detect(place) {
    const file = await firstThere(place, files)
    return file === null ? null : `there is ${file}`
  },

  async install(place, { hooks }) {
    const file = await readOwnFile(place, await configOf(place))
    const before = decoded(place, file)
    let text = before
    for (const hook of hooks) {
      const next = added(file.path, text, hook)
      if (next === null) throw byHand(shownPath(place, file.path), hook)
      text = next
    }
    return editOfDecoded(file, text)
  },

  async uninstall(place, hooks) {
    const file = await readOwnFile(place, await configOf(place)).catch(() => null)
    const before = file && decoded(place, file)
    if (!file || before === null) return []
    const isJson = file.path.endsWith('.json')
    const after = hooks.toReversed().reduce<string | null>((text, hook) => {
      return text === null ? null : isJson ? jsonWithoutJob(text, hook) : removePart(text, hook)
    }, before)
    return editOfDecoded(file, after)
  },

  async installed(place) {
    const file = await readOwnFile(place, await configOf(place)).catch(() => null)
    const text = file && decoded(place, file)
    if (!file || text === null) return []
    return hookNames.flatMap((hook): InstalledHook[] => {
      const script = file.path.endsWith('.json') ? scriptInJson(text, hook) : (findPart(text, hook)?.body ?? null)
      return script === null ? [] : [{ hook, file: file.path, script }]
    })
  },

  owns: (script) => script.includes('lefthook'),
  reaches: () => true,
  activation: () => ['lefthook', 'install'],
  deactivation: (_place, _hooks, isConfigurationGone) => (isConfigurationGone ? ['lefthook', 'uninstall'] : null),
  skippedBy(environment) {
    if (environment.LEFTHOOK === '0' || environment.LEFTHOOK === 'false') return `LEFTHOOK=${environment.LEFTHOOK}`
    const excluded = environment.LEFTHOOK_EXCLUDE?.split(',').some((name) => name === 'agent' || name === 'z-agent')
    return excluded ? `LEFTHOOK_EXCLUDE=${environment.LEFTHOOK_EXCLUDE}` : null
  },
}

async function configOf(place: Place): Promise<string> {
  return join(place.root, (await firstThere(place, files)) ?? 'lefthook.yml')
}

function added(path: string, text: string | null, hook: HookName): string | null {
  const job = { hook, script: jobScript(hook), usesInput: hook === 'pre-push' }
  if (path.endsWith('.json')) return text === null ? null : jsonWithJob(text, job)
  if (path.endsWith('.toml')) return text === null ? null : tomlWithJob(text, job)
  return yamlWithJob(text, job)
}

/** lefthook puts git's arguments into the text, and leaves the place of one that is missing as it is. */
function jobScript(hook: HookName): string[] {
  const args = { 'pre-commit': '', 'prepare-commit-msg': '"$@"', 'commit-msg': '"{1}"', 'pre-push': '"{1}" "{2}"' }[hook]
  const lines = lookupLines({ hook, args })
  return hook === 'prepare-commit-msg' ? ['set -- "{1}" "{2}"', 'case $2 in "{"*) set -- "$1"; esac', ...lines] : lines
}

function byHand(name: string, hook: HookName): AppError {
  const snippet = yamlWithJob(null, { hook, script: jobScript(hook), usesInput: hook === 'pre-push' }) ?? ''
  return new AppError('HOOKS_CONFLICT', `${name} is written in a way that cannot be added to safely for ${hook}; nothing was changed.`, {
    hint: `Add this to it by hand (as YAML):\n\n${snippet}`,
  })
}
