import { terminalLine } from '../../domain/trust-terminal.ts'
import type { HookState, Trouble } from '../../hook-managers/hook-manager.ts'
import { type Place, shownPath } from '../../hook-managers/place.ts'

/** What is wrong with hooks and what to do, for people; what is wrong with several of them is said once. */
export function troubleLines(states: readonly HookState[]): string[] {
  return [...Map.groupBy(states, (state) => JSON.stringify(troubleOf(state))).values()].flatMap((alike) => {
    const trouble = troubleOf(alike[0])
    if (trouble === null) return []
    const hooks = alike.map(({ hook }) => hook).join(', ')
    return [terminalLine(`${hooks}: ${trouble.message}`), terminalLine(`  → ${trouble.remedy}`)]
  })
}

/** A line for each hook, and what is wrong below it, or below the last of those that have the same. */
export function statusText(place: Place, states: readonly HookState[], { color }: { color: boolean }): string {
  if (states.length === 0) return 'No hook calls agent here.\n  → Run `agent hooks install`.\n'
  const width = Math.max(...states.map(({ hook }) => hook.length))
  const indent = ' '.repeat(width + 9)
  const lines = neighboursAlike(states).flatMap((alike) => {
    const heads = alike.map((state) => {
      const { hook, manager, file, problem, warning } = state
      const [word, code] = problem ? ['off', '31'] : warning ? ['fires', '33'] : ['fires', '32']
      const by = manager === null ? 'written by hand' : manager
      return `${paint(code, word.padEnd(5), color)}  ${hook.padEnd(width)}  ${terminalLine(shownPath(place, file))} (${by})`
    })
    const trouble = troubleOf(alike[0])
    if (trouble === null) return heads
    const whose = alike.length > 1 ? `all ${alike.length}: ` : ''
    return [
      ...heads,
      `${indent}${whose}${terminalLine(trouble.message)}`,
      `${indent}${paint('2', `→ ${terminalLine(trouble.remedy)}`, color)}`,
    ]
  })
  return `${lines.join('\n')}\n`
}

function neighboursAlike(states: readonly HookState[]): HookState[][] {
  const groups: HookState[][] = []
  for (const state of states) {
    const last = groups.at(-1)
    if (last && JSON.stringify(troubleOf(last[0])) === JSON.stringify(troubleOf(state))) last.push(state)
    else groups.push([state])
  }
  return groups
}

const troubleOf = (state: HookState | undefined): Trouble | null => state?.problem ?? state?.warning ?? null

function paint(code: string, text: string, color: boolean): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text
}
