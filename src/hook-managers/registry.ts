import { AppError } from '../domain/errors.ts'
import type { HookManager, ManagerName } from './hook-manager.ts'
import { hookNames } from './hook-manager.ts'
import { husky } from './husky.ts'
import { lefthook } from './lefthook.ts'
import type { Place } from './place.ts'
import { plain } from './plain.ts'
import { preCommit } from './pre-commit.ts'
import { textOf } from './project-files.ts'
import { simpleGitHooks } from './simple-git-hooks.ts'
import { join } from 'node:path'

/** Everything that may manage hooks; the plain ones last, because they are always there. */
export const hookManagers: readonly HookManager[] = [husky, lefthook, preCommit, simpleGitHooks, plain]

/** A manager by its name. */
export function managerNamed(name: ManagerName): HookManager {
  return hookManagers.find((manager) => manager.name === name) ?? plain
}

export interface Detected {
  manager: HookManager
  evidence: string
}

/** The manager that is used here. Throws where several are, and none of them is the one that git calls. */
export async function detectManager(place: Place): Promise<Detected> {
  const scripts = await Promise.all(hookNames.map((hook) => textOf(join(place.hooksFolder, hook))))
  const found: (Detected & { isLive: boolean })[] = []
  for (const manager of hookManagers) {
    const evidence = await manager.detect(place)
    if (evidence !== null) found.push({ manager, evidence, isLive: scripts.some((script) => manager.owns(script)) })
  }
  const configured = found.filter(({ manager }) => manager.name !== 'plain')
  const live = configured.filter(({ isLive }) => isLive)
  if (live.length === 1 && live[0]) return live[0]
  if (configured.length <= 1) return configured[0] ?? { manager: plain, evidence: 'no hook manager is used here' }
  const names = configured.map(({ manager, evidence }) => `${manager.name} (${evidence})`).join(' and ')
  throw new AppError('HOOKS_CONFLICT', `Several hook managers are set up here: ${names}.`, {
    hint: `Say which one is to be used: --manager ${configured.map(({ manager }) => manager.name).join('|')}`,
  })
}
