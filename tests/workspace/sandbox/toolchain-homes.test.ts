import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHostSandbox } from '../../../src/workspace/sandbox/host-sandbox.ts'
import { toolchainHomes } from '../../../src/workspace/sandbox/toolchain-homes.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

function home() {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  mkdirSync(join(folder.path, '.rustup'))
  mkdirSync(join(folder.path, 'own-cargo'))
  return folder.path
}

it('tells where the toolchains of a home folder are, and nothing of what is not there', async () => {
  const path = home()
  const environment = { HOME: path, CARGO_HOME: join(path, 'own-cargo'), PYENV_ROOT: join(path, 'gone'), SECRET: 'x' }
  expect(await toolchainHomes({ environment })).toEqual({ RUSTUP_HOME: join(path, '.rustup'), CARGO_HOME: join(path, 'own-cargo') })
  expect(await toolchainHomes({ environment: {} })).toEqual({})
})

it('lets a command on the host find them', async () => {
  const path = home()
  const surroundings = { environment: { HOME: path, PATH: process.env.PATH }, signal: new AbortController().signal }
  const sandbox = await openHostSandbox({ root: path }, surroundings)
  const command = { argv: ['sh', '-c', 'echo "$RUSTUP_HOME $HOME"'], directory: '.', timeout: 10_000, maxOutput: 1000 }
  const { stdout } = await sandbox.run({ ...command, signal: surroundings.signal }, [])
  await sandbox.close()
  expect(stdout.toString()).toBe(`${join(path, '.rustup')} /tmp\n`)
})
