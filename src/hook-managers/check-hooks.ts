import type { HookManager, HookName, HookState, InstalledHook, Trouble } from './hook-manager.ts'
import { hookNames } from './hook-manager.ts'
import { unfound, unfoundByClients } from './check-lookup.ts'
import { unreached } from './check-reach.ts'
import { handWritten } from './hand-written.ts'
import type { Place } from './place.ts'
import { hookManagers } from './registry.ts'

/** Looks at every hook that calls us: as git would find it, as its manager would run it, and as its script would look for us. */
export async function checkHooks(place: Place, signal: AbortSignal): Promise<HookState[]> {
  const installed = await Promise.all(
    hookManagers.map(async (manager) => (await manager.installed(place)).map((found) => ({ manager, found }))),
  )
  const all = installed.flat()
  const states = await Promise.all(
    hookNames.map(async (hook) => {
      const parts = all.filter(({ found }) => found.hook === hook)
      if (parts.length === 0) return handWritten(place, hook)
      const checked = await Promise.all(parts.map(({ manager, found }) => check(place, { manager, found }, signal)))
      const firing = checked.filter(({ problem }) => problem === null)
      return checked.map((state) => (firing.length > 1 && state.problem === null ? { ...state, warning: twice(state) } : state))
    }),
  )
  return states.flat()
}

interface Checked {
  manager: HookManager
  found: InstalledHook
}

async function check(place: Place, { manager, found }: Checked, signal: AbortSignal): Promise<HookState> {
  const { hook, file, script } = found
  const away = await unreached(place, manager, hook)
  const state = { hook, manager: manager.name, file, isReached: away === null, warning: null }
  const problem = skipped(place, manager, hook) ?? away ?? (await unfound(place, script, signal))
  if (problem) return { ...state, problem }
  return { ...state, problem: null, warning: await unfoundByClients(place, { script, manager }, signal) }
}

function twice({ hook, manager }: HookState): Trouble {
  return {
    message: `${hook} calls agent in more than one place, so it runs more than once`,
    remedy: `Run \`agent hooks uninstall\`, and then \`agent hooks install --manager ${manager}\`.`,
  }
}

function skipped({ environment }: Place, manager: HookManager, hook: HookName): Trouble | null {
  const variable = environment.AGENT_SKIP === '1' ? 'AGENT_SKIP=1' : manager.skippedBy(environment, hook)
  return variable === null ? null : { message: `${variable} is set, which goes past it`, remedy: `Unset ${variable.split('=')[0]}.` }
}
