import { lstat, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../domain/errors.ts'
import type { FileEdit, HookManager, HookName, InstallRequest } from './hook-manager.ts'
import { editOf } from './own-file.ts'
import { findPart, removePart } from './part.ts'
import { isWithin, type Place, shownPath } from './place.ts'
import { textOf } from './project-files.ts'
import { scriptsWithPart, withAround } from './shell-script.ts'

const fresh = '#!/bin/sh\n# Made by `agent hooks install`.\n'
/** A hook that is no script of shell keeps its file beside ours, and is called from there. Its new name has no ending that Node would make something of. */
const chained = '#!/bin/sh\nexec "$0-before-agent" "$@"\n'

/** Git's own folder of hooks, or the one that core.hooksPath names. */
export const plain: HookManager = {
  name: 'plain',
  detect: async () => 'no hook manager is used here',

  async install(place, request) {
    const folder = await refuseForeign(place, request.allowOutside)
    // In a folder that the team shares, a path of this machine would be wrong for everybody else.
    const recorded = isWithin(place.commonDirectory, folder) ? request.recorded : null
    const edits = await Promise.all(request.hooks.map((hook) => planHook(place, { hook, recorded })))
    return edits.flat()
  },

  async uninstall(place, hooks) {
    const edits = await Promise.all(hooks.map((hook) => takeOut(place, hook)))
    return edits.flat()
  },

  async installed(place) {
    const found = await scriptsWithPart(unbounded(place), (hook) => join(place.hooksFolder, hook))
    const texts = await Promise.all(found.map(({ file }) => textOf(file)))
    return found.filter((_hook, index) => !isCopied(texts[index] ?? ''))
  },

  owns: (script) => /^# agent hooks begin: /m.test(script),
  reaches: (script, hook) => findPart(script, hook) !== null,
  activation: () => null,
  deactivation: () => null,
  skippedBy: () => null,
}

/** simple-git-hooks copies our part out of its configuration, and takes care of it. */
function isCopied(text: string): boolean {
  return text.includes('SKIP_SIMPLE_GIT_HOOKS')
}

/** To look at a hook is allowed anywhere. */
function unbounded(place: Place): Place {
  return { ...place, commonDirectory: '/' }
}

async function refuseForeign(place: Place, allowOutside: boolean): Promise<string> {
  const folder = await realpath(place.hooksFolder).catch(() => place.hooksFolder)
  if (allowOutside || isWithin(place.root, folder) || isWithin(place.commonDirectory, folder)) return folder
  const { hooksPath } = place
  const why = hooksPath ? `core.hooksPath (${hooksPath.scope}, in ${hooksPath.origin}) names ${folder}` : `The hooks folder is ${folder}`
  throw new AppError('HOOKS_CONFLICT', `${why}, which is outside of this repository: other repositories may use it too.`, {
    hint: 'Use --allow-outside to write there all the same, or set a folder for this repository: git config --local core.hooksPath .githooks',
  })
}

interface Wanted {
  hook: HookName
  recorded: InstallRequest['recorded'] | null
}

async function planHook(place: Place, { hook, recorded }: Wanted): Promise<FileEdit[]> {
  const path = join(place.hooksFolder, hook)
  const stats = await lstat(path).catch(() => null)
  const text = stats?.isFile() ? (await readFile(path)).toString('latin1') : null
  const part = (old: string) => withAround(old, { hook, rest: '"$0"', recorded })
  if (stats === null) return editOf({ path, text: null, mode: 0o755 }, part(fresh))
  // git passes over a hook that cannot be executed: it never ran, and must not begin to because of us.
  const mode = stats.mode & 0o777
  const isLive = process.platform === 'win32' || (mode & 0o111) !== 0
  if (text !== null && findPart(text, hook)) return editOf({ path, text, mode }, part(text))
  if (text !== null && isLive && isShell(text)) return editOf({ path, text, mode }, part(text))
  const aside = await freePath(place, `${path}-before-agent`)
  const script = part(isLive ? chained : fresh)
  return [{ kind: 'move', path, to: aside }, ...editOf({ path, text: null, mode: 0o755 }, script)]
}

/** Git lets `sh` run what names no interpreter. */
function isShell(text: string): boolean {
  if (text.includes('\0')) return false
  return !text.startsWith('#!') || /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?\S*?\b(?:ba|da|z|k|mk|a)?sh\b/.test(text)
}

async function freePath(place: Place, path: string): Promise<string> {
  if ((await lstat(path).catch(() => null)) === null) return path
  throw new AppError('HOOKS_CONFLICT', `${shownPath(place, path)} is there already, from an earlier installation.`, {
    hint: 'Look at both files, and take away the one that is not needed.',
  })
}

async function takeOut(place: Place, hook: HookName): Promise<FileEdit[]> {
  const path = join(place.hooksFolder, hook)
  const stats = await lstat(path).catch(() => null)
  if (!stats?.isFile()) return []
  const text = (await readFile(path)).toString('latin1')
  if (isCopied(text) || !findPart(text, hook)) return []
  const rest = removePart(text, hook)
  const aside = (await lstat(`${path}-before-agent`).catch(() => null)) === null ? null : `${path}-before-agent`
  if (rest === fresh || rest === chained) {
    return aside === null
      ? [{ kind: 'remove', path }]
      : [
          { kind: 'remove', path },
          { kind: 'move', path: aside, to: path },
        ]
  }
  return editOf({ path, text, mode: stats.mode & 0o777 }, rest)
}
