import type { HookName } from './hook-manager.ts'
import { jsonAt, jsonValue, withoutProperty, withProperty } from './json-property.ts'
import type { LefthookJob } from './lefthook-yaml.ts'
import { contains } from './yaml-place.ts'

const pathOf = (hook: HookName) => [hook, 'commands', 'z-agent']

/** A lefthook file in JSON with our job as a command; null where there can be none. */
export function jsonWithJob(text: string, { hook, script, usesInput }: LefthookJob): string | null {
  const rest = jsonWithoutJob(text, hook)
  const next = withProperty(rest, pathOf(hook), { ...(usesInput ? { use_stdin: true } : {}), run: script.join('\n') })
  if (next === null || !contains(jsonValue(next), jsonValue(rest))) return null
  // What is there already stays where it is.
  return scriptInJson(text, hook) === script.join('\n') ? text : next
}

export function jsonWithoutJob(text: string, hook: HookName): string {
  return withoutProperty(text, pathOf(hook))
}

export function scriptInJson(text: string, hook: HookName): string | null {
  const node = jsonAt(text, [...pathOf(hook), 'run'])
  return typeof node?.value === 'string' ? node.value : null
}
