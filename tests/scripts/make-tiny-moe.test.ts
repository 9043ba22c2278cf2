import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTinyMoe } from '../../scripts/make-tiny-moe.ts'
import { inspectGguf } from '../../src/engine/models/inspect-gguf.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-tiny-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const make = (seed: number, name: string) => {
  makeTinyMoe({ seed }, join(folder, name))
  return readFileSync(join(folder, name))
}
const run = (...args: string[]) =>
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/make-tiny-moe.ts'), ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  })

describe('makeTinyMoe', () => {
  it('writes a complete mixture-of-experts model of less than a megabyte', async () => {
    const bytes = make(1, 'a.gguf')
    expect(bytes.length).toBeLessThan(1_000_000)
    expect(await inspectGguf(join(folder, 'a.gguf'))).toMatchObject({
      architecture: 'qwen3moe',
      expertCount: 8,
      contextTokens: 8192,
      shards: 1,
    })
  })

  it('writes the same bytes for the same seed, and others for another', () => {
    const first = make(7, 'first.gguf')
    expect(make(7, 'second.gguf').equals(first)).toBe(true)
    expect(make(8, 'third.gguf').equals(first)).toBe(false)
  })

  it('does the same from the command line', () => {
    run(join(folder, 'cli.gguf'), '--seed', '7', '--arch', 'qwen3moe')
    expect(readFileSync(join(folder, 'cli.gguf')).equals(make(7, 'library.gguf'))).toBe(true)
  })

  it.each([
    [['--seed', '1'], 'Name one file'],
    [['a.gguf', '--seed', 'x'], 'The seed x is not a whole number'],
    [['a.gguf', '--arch', 'mamba'], 'The architecture mamba is not known'],
  ])('refuses %j', (args, message) => {
    expect(() => run(...args)).toThrow(message)
  })
})
