import { parseDocument } from 'yaml'
import type { HookName } from './hook-manager.ts'
import { findPart, putPart, removePart } from './part.ts'
import { afterLast, below, contains, isBlank, isBlockMap, isBlockSeq, onlyDocument, type YamlPlace } from './yaml-place.ts'

export interface LefthookJob {
  hook: HookName
  script: readonly string[]
  usesInput: boolean
}

interface Plan extends YamlPlace {
  keys: readonly string[]
  lines: readonly string[]
}

/** A lefthook file with our job, and every comment and space of its own; null where there is no safe place for it. */
export function yamlWithJob(text: string | null, job: LefthookJob): string | null {
  const rest = text === null ? null : removePart(text, job.hook)
  const plan = rest === null || isBlank(rest) ? fresh(job, { at: rest?.length ?? 0, indent: '' }) : planFor(rest, job)
  if (plan === null) return null
  if (text === null) return putPart(null, { hook: job.hook, ...plan })
  const isThere = findPart(text, job.hook) !== null
  const next = putPart(isThere ? text : rest, { hook: job.hook, ...plan })
  const [before, after] = [parseDocument(rest ?? ''), parseDocument(next)]
  return after.errors.length === 0 && contains(after.toJS(), before.toJS()) ? next : null
}

function planFor(text: string, job: LefthookJob): Plan | null {
  const top = onlyDocument(text)?.contents
  if (!isBlockMap(top)) return null
  const hook = below(top, job.hook)
  if (hook === undefined) return fresh(job, afterLast(text, top))
  if (!isBlockMap(hook)) return null
  const [commands, jobs] = [below(hook, 'commands'), below(hook, 'jobs')]
  // lefthook runs jobs before commands, and commands in the order of their names.
  if (isBlockMap(commands)) return { ...afterLast(text, commands), keys: [], lines: ['z-agent:', ...indented(jobLines(job))] }
  if (isBlockSeq(jobs)) return { ...afterLast(text, jobs), keys: [], lines: listItem(job) }
  if (commands !== undefined || jobs !== undefined) return null
  const place = afterLast(text, hook)
  return { at: place.at, indent: `${place.indent}  `, keys: [`${place.indent}jobs:`], lines: listItem(job) }
}

function fresh(job: LefthookJob, { at, indent }: YamlPlace): Plan {
  return { at, indent: `${indent}    `, keys: [`${indent}${job.hook}:`, `${indent}  jobs:`], lines: listItem(job) }
}

function listItem(job: LefthookJob): string[] {
  return ['- name: agent', ...indented(jobLines(job))]
}

function jobLines({ script, usesInput }: LefthookJob): string[] {
  return [...(usesInput ? ['use_stdin: true'] : []), 'run: |', ...indented(script)]
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
