/**
 * A fix of what is staged, in a process of its own that can be killed at any of its changes to the disk:
 * `node staged-child.ts <apply|recover> <root> <folder> <patches> <n> <files as JSON>`, where n is the change it is killed at, 0 for never,
 * and negative for a disk that is full at that change. Prints how many changes it made.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { countChanges } from '../../helpers/count-changes.ts'

const [action, root = '', folder = '', patches = '', killAt = '0', files = '{}'] = process.argv.slice(2)
const changes = countChanges(Number(killAt))

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
  changes.isCounting = true
  try {
    await transaction.apply()
  } finally {
    changes.isCounting = false
    await transaction.close()
  }
}

try {
  changes.isCounting = action === 'recover'
  await (action === 'recover' ? recoverStaged(place, { signal }) : apply())
  process.stdout.write(`changes ${changes.count}\n`)
} catch (error) {
  process.stdout.write(`failed ${(error as { code?: string }).code ?? String(error)}\n`)
}
