import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { AppError } from '../domain/errors.ts'
import { type HookManager, type HookName, hookNames, type InstalledHook } from './hook-manager.ts'
import { decoded, editOfDecoded, readOwnFile } from './own-file.ts'
import { findPart, putPart, removePart } from './part.ts'
import type { Place } from './place.ts'
import { firstThere } from './project-files.ts'
import { lookupLines } from './script.ts'
import { afterLast, below, contains, isBlank, isBlockMap, isBlockSeq, onlyDocument, type YamlPlace } from './yaml-place.ts'

const fileName = '.pre-commit-config.yaml'
const idOf = (hook: HookName) => (hook === 'pre-commit' ? 'agent' : `agent-${hook}`)

/** The framework for all languages, not the hook of git that bears the same name. */
export const preCommit: HookManager = {
  name: 'pre-commit',

  async detect(place) {
    return (await firstThere(place, [fileName])) === null ? null : `there is ${fileName}`
  },

  async install(place, { hooks }) {
    const file = await readOwnFile(place, join(place.root, fileName))
    let text = decoded(place, file)
    for (const hook of hooks) {
      text = withRepository(text, hook)
      if (text === null) throw byHand(hook)
    }
    return editOfDecoded(file, text)
  },

  async uninstall(place, hooks) {
    const file = await readOwnFile(place, join(place.root, fileName)).catch(() => null)
    const before = file && decoded(place, file)
    if (!file || before === null) return []
    const after = hooks.toReversed().reduce<string | null>((text, hook) => text && removePart(text, hook), before)
    return editOfDecoded(file, after)
  },

  async installed(place) {
    const file = await readOwnFile(place, join(place.root, fileName)).catch(() => null)
    const text = file && decoded(place, file)
    if (!file || text === null) return []
    return hookNames.flatMap((hook): InstalledHook[] => {
      const part = findPart(text, hook)
      return part === null ? [] : [{ hook, file: file.path, script: part.body }]
    })
  },

  owns: (script) => script.includes('https://pre-commit.com'),
  reaches: () => true,
  activation: (_place: Place, hooks) => ['pre-commit', 'install', ...hooks.flatMap((hook) => ['--hook-type', hook])],
  // Without its configuration it would refuse every commit.
  deactivation: (_place, hooks, isConfigurationGone) =>
    isConfigurationGone ? ['pre-commit', 'uninstall', ...hooks.flatMap((hook) => ['--hook-type', hook])] : null,
  skippedBy: ({ SKIP: value }, hook) => (value?.split(',').some((id) => id.trim() === idOf(hook)) ? `SKIP=${value}` : null),
}

function withRepository(text: string | null, hook: HookName): string | null {
  const lines = repositoryLines(hook)
  const rest = text === null ? null : removePart(text, hook)
  if (text === null || rest === null) return putPart(null, { hook, lines, at: 0, keys: ['repos:'] })
  if (isBlank(rest)) return putPart(text, { hook, lines, at: rest.length, keys: ['repos:'] })
  const place = placeIn(rest)
  if (place === null) return null
  const next = putPart(findPart(text, hook) ? text : rest, { hook, lines, ...place })
  const after = parseDocument(next)
  return after.errors.length === 0 && contains(after.toJS(), parseDocument(rest).toJS()) ? next : null
}

function placeIn(text: string): YamlPlace | null {
  const top = onlyDocument(text)?.contents
  const repositories = isBlockMap(top) ? below(top, 'repos') : undefined
  return isBlockSeq(repositories) ? afterLast(text, repositories) : null
}

/** The framework hands over the file of a message, and all else in variables; a program of the machine is what it calls a system hook. */
function repositoryLines(hook: HookName): string[] {
  const needsFile = hook === 'commit-msg' || hook === 'prepare-commit-msg'
  return [
    '- repo: local',
    '  hooks:',
    `    - id: ${idOf(hook)}`,
    `      name: agent ${hook}`,
    '      entry: |-',
    ...["sh -c '", ...lookupLines({ hook, args: needsFile ? '"$@"' : '' }), "' agent"].map((line) => `        ${line}`),
    '      language: system',
    `      stages: [${hook}]`,
    '      always_run: true',
    ...(needsFile ? [] : ['      pass_filenames: false']),
    '      require_serial: true',
    // So that what lets a commit through is shown, too. What is to be said of a message stands in its file.
    ...(hook === 'prepare-commit-msg' ? [] : ['      verbose: true']),
  ]
}

function byHand(hook: HookName): AppError {
  const snippet = ['repos:', ...repositoryLines(hook).map((line) => `  ${line}`)].join('\n')
  return new AppError('HOOKS_CONFLICT', `${fileName} is written in a way that cannot be added to safely; nothing was changed.`, {
    hint: `Add this to it by hand:\n\n${snippet}`,
  })
}
