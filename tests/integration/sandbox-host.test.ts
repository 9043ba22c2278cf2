import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { commandOf, sandboxContract, sandboxPlace } from '../workspace/sandbox-contract.ts'

sandboxContract({ kind: 'host', missing: process.platform === 'win32' ? 'no POSIX here' : undefined })

it('shows packages on the host by a link, only while a command runs and where nothing else is', async () => {
  const place = sandboxPlace({ kind: 'host' })
  onTestFinished(() => place.remove())
  const sandbox = await place.open()
  const target = join(place.root, 'node_modules')
  expect((await sandbox.run(commandOf(['readlink', 'node_modules']))).stdout).toBe(`${place.packages}\n`)
  expect(existsSync(target)).toBe(false)
  await sandbox.run(commandOf(['sh', '-c', 'rm node_modules; echo own > node_modules']))
  expect(lstatSync(target).isFile()).toBe(true)
  await sandbox.run(commandOf(['rm', 'node_modules']))
  mkdirSync(target)
  writeFileSync(join(target, 'tracked'), '')
  expect((await sandbox.run(commandOf(['ls', 'node_modules']))).stdout).toBe('tracked\n')
  expect(readdirSync(place.packages)).toEqual(['index.js'])
  await sandbox.close()
})
