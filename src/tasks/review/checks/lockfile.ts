import { factsOf } from './check-facts.ts'
import { dirname } from 'node:path/posix'
import type { ChangedFile } from '../../../domain/change.ts'
import { type Check, type CheckContext, type CheckFinding, perFile } from './check.ts'
import { type Manifest, manifestOf } from './manifests.ts'
import { isMember } from './workspace-members.ts'

/** A manifest that asks for other packages than its lock file holds. */
export const lockfile: Check = {
  ...factsOf('lockfile'),
  run: perFile(findStaleLock),
}

async function findStaleLock(file: ChangedFile, context: CheckContext): Promise<CheckFinding[]> {
  const manifest = manifestOf(file.path)
  if (manifest === null || file.kind !== 'text' || file.status === 'deleted') return []
  const changed = await changedDependencies(file, manifest, context)
  if (changed.length === 0) return []
  const lock = await lockOf(file.path, manifest, context)
  if (lock === null || context.change.files.some(({ path }) => path === lock)) return []
  const locked = manifest.isLocked && ((await context.readNew(lock)) ?? '')
  const missing = changed.filter((dependency) => locked === undefined || !manifest.isLocked?.(dependency, locked))
  return missing.length === 0 ? [] : [tell(file, { lock, names: missing.map(({ name }) => name), manifest })]
}

/** Dependencies that are new, gone or asked for in another version; none where a side cannot be read. */
async function changedDependencies(file: ChangedFile, { dependencies }: Manifest, context: CheckContext) {
  const [before, now] = await Promise.all([
    file.status === 'added' ? '' : context.readOld(file.oldPath ?? file.path),
    context.readNew(file.path),
  ])
  if (before === null || now === null) return []
  const old = before === '' ? new Map<string, string>() : await dependencies(before)
  const current = await dependencies(now)
  if (old === null || current === null) return []
  const names = new Set([...old.keys(), ...current.keys()])
  return [...names].filter((name) => old.get(name) !== current.get(name)).map((name) => ({ name, version: current.get(name) }))
}

/** The lock file beside the manifest, or in the nearest folder above whose workspace the manifest belongs to. */
async function lockOf(path: string, manifest: Manifest, context: CheckContext): Promise<string | null> {
  const paths = new Set(await context.listNew())
  const name = path.slice(path.lastIndexOf('/') + 1)
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const prefix = folder === '.' ? '' : `${folder}/`
    const lock = manifest.locks.map((one) => prefix + one).find((one) => paths.has(one))
    if (lock !== undefined) {
      const isOwn = folder === dirname(path)
      return isOwn || (manifest.hasWorkspaces && (await isMember({ folder: dirname(path), root: folder, name }, context))) ? lock : null
    }
    if (folder === '.') return null
  }
}

function tell(file: ChangedFile, { lock, names, manifest }: { lock: string; names: readonly string[]; manifest: Manifest }): CheckFinding {
  const shown = names.slice(0, 5).join(', ')
  const rest = names.length > 5 ? ` and ${names.length - 5} more` : ''
  const lockName = lock.slice(lock.lastIndexOf('/') + 1)
  return {
    title: `Dependencies changed, ${lockName} did not`,
    message: `${file.path} changes ${shown}${rest}, but ${lock} still holds the old state: ${manifest.effect} Run \`${manifest.remedy(lockName)}\` and commit ${lock} with it.`,
    region: { path: file.path, startLine: null, endLine: null },
    evidence: '',
  }
}
