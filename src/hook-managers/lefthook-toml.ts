import { parse } from 'smol-toml'
import type { LefthookJob } from './lefthook-yaml.ts'
import { findPart, putPart, removePart } from './part.ts'
import { contains } from './yaml-place.ts'

/** A lefthook file with our job as a table of its own at the end; null where there can be none. */
export function tomlWithJob(text: string, job: LefthookJob): string | null {
  const rest = removePart(text, job.hook) ?? ''
  const before = read(rest)
  if (before === null) return null
  const hook = before[job.hook]
  const hasCommands = typeof hook === 'object' && hook !== null && 'commands' in hook
  const head = hasCommands ? [`[${job.hook}.commands.z-agent]`] : [`[[${job.hook}.jobs]]`, 'name = "agent"']
  const lines = [...head, ...(job.usesInput ? ['use_stdin = true'] : []), "run = '''", ...job.script, "'''"]
  const next = putPart(findPart(text, job.hook) ? text : rest, { hook: job.hook, lines, at: rest.length })
  const after = read(next)
  return after !== null && contains(after, before) ? next : null
}

function read(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return parse(text)
  } catch {
    return null
  }
}
