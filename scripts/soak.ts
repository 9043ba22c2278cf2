// Usage: npm run soak [-- <vitest arguments>]
// The suite with its heavy counts in full: every seed, every cycle. `npm test` runs a part of each.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const child = spawn(process.execPath, [join(import.meta.dirname, 'test.ts'), '--testTimeout=1800000', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, SOAK: '1' },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.once('close', (code) => {
  process.exitCode = code ?? 1
})
