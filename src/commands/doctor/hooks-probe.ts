import { access } from 'node:fs/promises'
import { checkHooks } from '../../hook-managers/check-hooks.ts'
import { isHuskyFolder } from '../../hook-managers/husky.ts'
import { findPlace, type Place } from '../../hook-managers/place.ts'
import { type Answer, ok, type Probe, warning } from './probe.ts'

/** Whether git would run a hook here that calls us: what `agent hooks status` tells, in one line. */
export const hooksProbe: Probe = {
  name: 'hooks',
  deadlineMs: 5000,
  async examine({ directory, root, environment }, signal) {
    if (root === undefined) return null
    const place = await findPlace(directory, environment, signal)
    const states = await checkHooks(place, signal)
    const off = states.find(({ problem }) => problem !== null)?.problem
    if (off) return warning(off.message, off.remedy)
    if (states.length === 0) return without(place)
    const weak = states.find((state) => state.warning !== null)?.warning
    if (weak) return warning(weak.message, weak.remedy)
    return ok(`${states.map(({ hook }) => hook).join(', ')} in ${place.hooksFolder}`)
  },
}

async function without({ hooksPath, hooksFolder }: Place): Promise<Answer> {
  const isThere = await access(hooksFolder).then(
    () => true,
    () => false,
  )
  if (hooksPath === null || isThere) return warning('no hook calls agent', 'Run `agent hooks install` if every commit is to be reviewed.')
  // husky's folder is made by its install script and ignored by git, so that a fresh worktree has none and commits pass silently.
  const remedy = isHuskyFolder(hooksFolder) ? 'Run `npx husky` in this worktree.' : 'Create it, or run `git config --unset core.hooksPath`.'
  return warning(`core.hooksPath is ${hooksFolder}, which does not exist: no hook runs here`, remedy)
}
