import { execFileSync } from 'node:child_process'

const isHere = {
  docker: () => execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }),
  bwrap: () => execFileSync('bwrap', ['--ro-bind', '/', '/', '--unshare-all', 'true'], { stdio: 'ignore', timeout: 10_000 }),
  busybox: () => execFileSync('busybox', ['true'], { stdio: 'ignore' }),
  host: () => {},
} as const

/** Why tests that need these are skipped: what of it is not here. In CI nothing may be missing, so they run there, and fail. */
export function missing(...needed: readonly (keyof typeof isHere)[]): string | undefined {
  if (process.env.CI === 'true') return undefined
  const absent = needed.filter((name) => !works(isHere[name]))
  return absent.length === 0 ? undefined : `no ${absent.join(' and no ')} here`
}

function works(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
