import { execFileSync } from 'node:child_process'
import { delimiter } from 'node:path'

/** PATH with the folder of Python's tools in front, which a virtual environment outside of PATH may hold. */
export const pathWithPython = [process.env.AGENT_TEST_PYTHON_TOOLS, process.env.PATH].filter(Boolean).join(delimiter)

/** What a program prints about itself; null where it cannot be run. */
export function ask(program: string, ...args: readonly string[]): string | null {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      env: { ...process.env, PATH: pathWithPython },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
