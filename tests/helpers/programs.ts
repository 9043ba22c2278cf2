import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** PATH with our own packages and with Python's tools in front, which a virtual environment outside of PATH may hold. */
export const pathWithTools = [process.env.AGENT_TEST_PYTHON_TOOLS, join(import.meta.dirname, '../../node_modules/.bin'), process.env.PATH]
  .filter(Boolean)
  .join(delimiter)

/** What a program prints about itself; null where it cannot be run. */
export function ask(program: string, ...args: readonly string[]): string | null {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      env: { ...process.env, PATH: pathWithTools },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}

/** Go with the cache of whoever runs the tests, without looking for anything elsewhere. */
export const goEnvironment = (): Record<string, string> => ({
  GOCACHE: ask('go', 'env', 'GOCACHE') ?? '',
  GOTOOLCHAIN: 'local',
  GOPROXY: 'off',
})

/** Rust as it is installed for whoever runs the tests. */
export const cargoEnvironment: Readonly<Record<string, string>> = {
  CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), '.cargo'),
  RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
  CARGO_NET_OFFLINE: 'true',
}
