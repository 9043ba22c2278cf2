import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Usage: `npm run bench`. Builds the command and measures what needs nothing but this machine; the others say what they need when started alone. */
const root = join(import.meta.dirname, '..')
for (const script of ['scripts/build.ts', 'bench/cold-start.ts']) {
  const { status } = spawnSync(process.execPath, [join(root, script)], { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    process.exitCode = status ?? 1
    break
  }
}
