import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { libraryProbe } from '../../../src/commands/doctor/library-probe.ts'
import { llamaServerProbe } from '../../../src/commands/doctor/llama-server-probe.ts'
import { program, surroundings, told } from './surroundings-fixture.ts'

const backend = (changes: object) => async () => ({
  name: 'cpu' as const,
  devices: [],
  vramBytes: null,
  threads: 4,
  library: 'node-llama-cpp 3 (llama.cpp v1, prebuilt)',
  ...changes,
})

describe('the library build probe', () => {
  it('says what the prebuilt library costs on several cores, and what to do about it', async () => {
    expect(await told(libraryProbe, surroundings({ backend: backend({}) }))).toMatch(
      /^ok: prebuilt: it starts its threads anew for each token.*0\.92.* -> `agent doctor --build-engine` builds it here.*`agent bench`/,
    )
  })

  it.each([
    ['ok: prebuilt, which costs nothing with one thread', { backend: backend({ threads: 1 }) }],
    ['ok: prebuilt, which costs nothing where a GPU computes', { backend: backend({ name: 'cuda' }) }],
    ['ok: prebuilt', { backend: backend({}), platform: 'darwin' }],
    [
      'ok: built on this machine: its threads stay from one token to the next',
      { backend: backend({ library: 'node-llama-cpp 3 (llama.cpp v1, localBuild)' }) },
    ],
    [null, { backend: () => Promise.reject(new Error('none')) }],
  ] as const)('says: %s', async (line, changes) => {
    expect(await told(libraryProbe, surroundings(changes))).toBe(line)
  })
})

const help = `--model --host --port --ctx-size --parallel --threads --api-key --list-devices`
  .split(' ')
  .map((flag) => `  ${flag}`)
  .join('\n')
const server = (devices: string) =>
  program(
    'llama-server',
    `case "$1" in
  --help) printf '%s\\n' '${help}' 'LLAMA_API_KEY' ;;
  --version) echo 'version: 1234 (abc)' ;;
  *) printf '%s\\n' 'Available devices:' '${devices}' ;;
esac`,
  )
const around = (bin: string, setting = 'auto') => surroundings({ environment: { PATH: bin }, config: { engine: { server: setting } } })

describe('the llama-server probe', () => {
  it('says which one is there, and what it sees', async () => {
    const bin = server('  CUDA0: NVIDIA X (10240 MiB, 9500 MiB free)')
    expect(await told(llamaServerProbe, around(bin))).toBe(
      `ok: ${join(bin, 'llama-server')}, 1234 (abc); CUDA0 is NVIDIA X with 10.0 GB free of 10.7 GB`,
    )
    expect(await told(llamaServerProbe, around(server('')))).toMatch(/; sees no GPU$/)
  })

  it('says where none is needed', async () => {
    expect(await told(llamaServerProbe, around('/nowhere'))).toMatch(/^ok: none on PATH; models that are larger than a GPU/)
    expect(await told(llamaServerProbe, around('/nowhere', 'never'))).toBe('ok: not used: engine.server is never')
  })

  it('is a problem where it is asked for and missing', async () => {
    expect(await told(llamaServerProbe, around('/nowhere', 'always'))).toMatch(
      /^problem: engine\.server is always, and there is none on PATH/,
    )
    await expect(told(llamaServerProbe, around('/nowhere', '/nowhere/llama-server'))).rejects.toThrow('/nowhere/llama-server')
  })
})
