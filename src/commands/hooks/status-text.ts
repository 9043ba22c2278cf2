import { terminalLine } from '../../domain/trust-terminal.ts'
import type { HookState } from '../../hook-managers/hook-manager.ts'
import { type Place, shownPath } from '../../hook-managers/place.ts'

/** What is wrong with hooks and what to do, for people. */
export function troubleLines(states: readonly HookState[]): string[] {
  return states.flatMap(({ hook, problem, warning }) => {
    const trouble = problem ?? warning
    return trouble === null ? [] : [terminalLine(`${hook}: ${trouble.message}`), terminalLine(`  → ${trouble.remedy}`)]
  })
}

/** A line for each hook, and below it what is wrong. */
export function statusText(place: Place, states: readonly HookState[], { color }: { color: boolean }): string {
  if (states.length === 0) return 'No hook calls agent here.\n  → Run `agent hooks install`.\n'
  const width = Math.max(...states.map(({ hook }) => hook.length))
  const lines = states.flatMap((state) => {
    const { hook, manager, file, problem, warning } = state
    const [word, code] = problem ? ['off', '31'] : warning ? ['fires', '33'] : ['fires', '32']
    const by = manager === null ? 'written by hand' : manager
    const head = `${paint(code, word.padEnd(5), color)}  ${hook.padEnd(width)}  ${terminalLine(shownPath(place, file))} (${by})`
    const trouble = problem ?? warning
    if (trouble === null) return [head]
    const indent = ' '.repeat(width + 9)
    return [head, `${indent}${terminalLine(trouble.message)}`, `${indent}${paint('2', `→ ${terminalLine(trouble.remedy)}`, color)}`]
  })
  return `${lines.join('\n')}\n`
}

function paint(code: string, text: string, color: boolean): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text
}
