import { basename, dirname, join } from 'node:path'
import type { HookManager, HookName } from './hook-manager.ts'
import { editOf, readOwnFile } from './own-file.ts'
import type { Place } from './place.ts'
import { shownPath } from './place.ts'
import { firstThere, isDependency } from './project-files.ts'
import { scriptsWithPart, withAround, withoutParts } from './shell-script.ts'

/** husky runs each script of its folder with `sh -e`, whether it may be executed or not. */
const rest = 'sh -e "$0"'

export const husky: HookManager = {
  name: 'husky',

  async detect(place) {
    if (isHuskyFolder(place.hooksFolder)) return `core.hooksPath is ${place.hooksPath?.value ?? place.hooksFolder}`
    if ((await firstThere(place, ['.husky/_/h', '.husky/pre-commit', '.husky/commit-msg'])) !== null) return 'there is a .husky folder'
    return (await isDependency(place, 'husky')) ? 'package.json has husky' : null
  },

  async install(place, { hooks }) {
    const files = await Promise.all(hooks.map(async (hook) => ({ hook, file: await readOwnFile(place, scriptOf(place, hook)) })))
    return files.flatMap(({ hook, file }) => editOf(file, withAround(file.text, { hook, rest })))
  },

  uninstall: (place, hooks) => withoutParts(place, (hook) => scriptOf(place, hook), hooks),
  installed: (place) => scriptsWithPart(place, (hook) => scriptOf(place, hook)),
  owns: (script) => /\/h"?\s*$/.test(script) || script.includes('husky.sh'),
  reaches: () => true,
  activation: (place) => ['husky', shownPath(place, scriptFolder(place))],
  deactivation: () => null,
  skippedBy: ({ HUSKY: value }) => (value === '0' ? 'HUSKY=0' : null),
}

/** husky makes a folder `_` for git in the folder of the scripts, and lets git ignore it. */
export function isHuskyFolder(folder: string): boolean {
  return basename(folder) === '_' && basename(dirname(folder)).startsWith('.')
}

function scriptFolder(place: Place): string {
  return isHuskyFolder(place.hooksFolder) ? dirname(place.hooksFolder) : join(place.root, '.husky')
}

function scriptOf(place: Place, hook: HookName): string {
  return join(scriptFolder(place), hook)
}
