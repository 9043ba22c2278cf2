/**
 * A fix of what is staged, in a process of its own that can be killed at any of its changes to the disk:
 * `node staged-child.ts <apply|recover> <root> <folder> <patches> <n> <files as JSON>`, where n is the change it is killed at, 0 for never,
 * and negative for a disk that is full at that change. Prints how many changes it made.
 */
import { promises, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const [action, root = '', folder = '', patches = '', killAt = '0', files = '{}'] = process.argv.slice(2)
let changes = 0
let isCounting = false

const changing = ['rename', 'unlink', 'rmdir', 'rm', 'mkdir', 'chmod', 'copyFile', 'writeFile', 'open', 'link', 'utimes', 'chown'] as const
for (const name of changing) {
  const real = promises[name] as (...args: unknown[]) => Promise<unknown>
  Object.assign(promises, {
    [name]: async (...args: unknown[]) => {
      const isReading = name === 'open' && (args[1] === 'r' || typeof args[1] === 'number')
      if (isCounting && !isReading && ++changes === Math.abs(Number(killAt))) {
        if (Number(killAt) > 0) process.kill(process.pid, 'SIGKILL')
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      }
      return real(...args)
    },
  })
}
syncBuiltinESMExports()

// After the functions were replaced.
const { discoverRepository } = await import('../../../src/workspace/discover-repository.ts')
const { openCheckout } = await import('../../../src/workspace/open-checkout.ts')
const { beginStaged } = await import('../../../src/workspace/staged/begin-staged.ts')
const { recoverStaged } = await import('../../../src/workspace/staged/recover-staged.ts')

const place = { repository: await discoverRepository(root, process.env), folder, patches }
const { signal } = new AbortController()

async function apply(): Promise<void> {
  const transaction = await beginStaged({
    ...place,
    signal,
    openCheckout: (copy) => openCheckout({ ...copy, environment: process.env }),
    refusalOf: () => null,
  })
  for (const [path, content] of Object.entries(JSON.parse(files) as Record<string, string>))
    writeFileSync(join(transaction.checkout.root, path), content)
  isCounting = true
  try {
    await transaction.apply()
  } finally {
    isCounting = false
    await transaction.close()
  }
}

try {
  isCounting = action === 'recover'
  await (action === 'recover' ? recoverStaged(place, { signal }) : apply())
  process.stdout.write(`changes ${changes}\n`)
} catch (error) {
  process.stdout.write(`failed ${(error as { code?: string }).code ?? String(error)}\n`)
}
