import { join } from 'node:path'
import { AppError } from '../domain/errors.ts'
import { type FileEdit, type HookManager, type HookName, hookNames, type InstalledHook } from './hook-manager.ts'
import { type JsonPath, jsonAt, jsonValue, withoutProperty, withProperty } from './json-property.ts'
import { decoded, editOfDecoded, type OwnFile, readOwnFile } from './own-file.ts'
import { findPart, putPart } from './part.ts'
import { type Place, shownPath } from './place.ts'
import { firstThere, isDependency, textOf } from './project-files.ts'
import { aroundLines } from './script.ts'
import { withoutParts } from './shell-script.ts'

const code = ['cjs', 'js', 'mjs'].flatMap((extension) => [`.simple-git-hooks.${extension}`, `simple-git-hooks.${extension}`])
const data = ['.simple-git-hooks.json', 'simple-git-hooks.json']
const note = 'the rest runs first'

/** simple-git-hooks writes the text of each key into a script for git. */
export const simpleGitHooks: HookManager = {
  name: 'simple-git-hooks',

  async detect(place) {
    const file = await firstThere(place, [...code, ...data])
    if (file !== null) return `there is ${file}`
    if (jsonAt(await textOf(join(place.root, 'package.json')), ['simple-git-hooks'])) return 'package.json has the key simple-git-hooks'
    return (await isDependency(place, 'simple-git-hooks')) ? 'package.json has simple-git-hooks' : null
  },

  async install(place, { hooks }) {
    const config = await openConfig(place)
    const program = await firstThere(place, code)
    if (program !== null || config.text === null) throw byHand(program ?? shownPath(place, config.file.path), hooks)
    const text = hooks.reduce<string | null>((before, hook) => before && withHook(before, [...config.path, hook], hook), config.text)
    if (text === null) throw byHand(shownPath(place, config.file.path), hooks)
    return editOfDecoded(config.file, text)
  },

  async uninstall(place, hooks) {
    const { file, path, text } = await openConfig(place)
    if (text === null) return []
    const after = hooks.toReversed().reduce((before, hook) => withoutHook(before, [...path, hook], hook), text)
    return [...editOfDecoded(file, after), ...(await withoutScripts(place, hooks))]
  },

  async installed(place) {
    const { file, path, text } = await openConfig(place)
    return hookNames.flatMap((hook): InstalledHook[] => {
      const part = findPart(scriptAt(text ?? '', [...path, hook]) ?? '', hook)
      return part === null ? [] : [{ hook, file: file.path, script: part.body }]
    })
  },

  owns: (script) => script.includes('SKIP_SIMPLE_GIT_HOOKS'),
  reaches: (script, hook) => findPart(script, hook) !== null,
  activation: () => ['simple-git-hooks'],
  deactivation: () => null,
  skippedBy: ({ SKIP_SIMPLE_GIT_HOOKS: value }) => (value === '1' ? 'SKIP_SIMPLE_GIT_HOOKS=1' : null),
}

/** What it has written for git already: it does not look again by itself. */
async function withoutScripts(place: Place, hooks: readonly HookName[]): Promise<FileEdit[]> {
  const edits = await withoutParts(place, (hook) => join(place.hooksFolder, hook), hooks)
  return edits.map((edit) =>
    edit.kind === 'write' && emptyScript.test(edit.bytes.toString('latin1')) ? { kind: 'remove', path: edit.path } : edit,
  )
}

/** All that it puts before the text of a hook, without one. */
const emptyScript = /^#!\/bin\/sh\nif \[ "\$SKIP_SIMPLE_GIT_HOOKS" = "1" \]; then\n[^]*\$SIMPLE_GIT_HOOKS_RC"\nfi\n?$/

interface Config {
  file: OwnFile
  /** The keys above those of the hooks. */
  path: JsonPath
  text: string | null
}

async function openConfig(place: Place): Promise<Config> {
  const name = await firstThere(place, data)
  const file = await readOwnFile(place, join(place.root, name ?? 'package.json'))
  return { file, path: name === null ? ['simple-git-hooks'] : [], text: decoded(place, file) }
}

function scriptAt(text: string, path: JsonPath): string | null {
  const node = jsonAt(text, path)
  return typeof node?.value === 'string' ? node.value : null
}

const partOf = (hook: HookName, text: string | null) =>
  putPart(text, { hook, lines: aroundLines({ hook, rest: '"$0"' }), at: 0, note, lineEnd: '\n' })

/** In a text that is there ours goes before it, letter by letter as it is written: its escapes stay what they are. */
function withHook(text: string, path: JsonPath, hook: HookName): string | null {
  if (jsonValue(text) === undefined) return null
  const node = jsonAt(text, path)
  // Without an end of its last line: so a key of ours is known from an empty one that was there.
  if (node === undefined) return withProperty(text, path, partOf(hook, null).trimEnd())
  if (typeof node.value !== 'string') return null
  const value = putPart(node.value, { hook, lines: aroundLines({ hook, rest: '"$0"' }), at: 0, note, lineEnd: '\n' })
  if (value === node.value) return text
  const rest = literalRest(text, path, hook)
  if (rest === null) return null
  const isOurs = rest === '' && findPart(node.value, hook)?.isEnded === false
  const part = partOf(hook, null)
  const literal = JSON.stringify(isOurs ? part.trimEnd() : part).slice(1, -1)
  return `${text.slice(0, node.offset + 1)}${literal}${rest}${text.slice(node.offset + node.length - 1)}`
}

function withoutHook(text: string, path: JsonPath, hook: HookName): string {
  const node = jsonAt(text, path)
  const value = scriptAt(text, path)
  const part = value === null ? null : findPart(value, hook)
  const rest = literalRest(text, path, hook)
  if (!node || part === null) return text
  if (rest === null) throw byHand(path.join('.'), [hook])
  if (rest === '' && !part.isEnded) return withoutProperty(text, path)
  return `${text.slice(0, node.offset + 1)}${rest}${text.slice(node.offset + node.length - 1)}`
}

/** The letters of a string without our part; null where somebody has written the part in another way, so that a person has to look. */
function literalRest(text: string, path: JsonPath, hook: HookName): string | null {
  const node = jsonAt(text, path)
  if (!node || typeof node.value !== 'string') return null
  const literal = text.slice(node.offset + 1, node.offset + node.length - 1)
  const part = findPart(node.value, hook)
  if (part === null) return literal
  const ours = JSON.stringify(node.value.slice(part.start, part.end)).slice(1, -1)
  const start = literal.indexOf(ours)
  return start === -1 ? null : literal.slice(0, start) + literal.slice(start + ours.length)
}

function byHand(name: string, hooks: readonly HookName[]): AppError {
  const snippet = JSON.stringify(
    Object.fromEntries(hooks.map((hook) => [hook, `sh node_modules/coding-agent/hooks/${hook} "$@"`])),
    null,
    2,
  )
  return new AppError('HOOKS_CONFLICT', `${name} cannot be added to safely; nothing was changed.`, {
    hint: `Add these to its hooks by hand:\n\n${snippet}`,
  })
}
