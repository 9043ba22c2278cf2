import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { listLoaded, recordEngine } from '../../src/engine/engine-records.ts'
import { processStart } from '../../src/system/process-start.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'agent-engines-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return join(path, 'engines')
}

const backend = { name: 'cuda', devices: ['NVIDIA X'], vramBytes: 1e9, threads: 1, library: 'llama 1' }
const engine = (changes: object = {}) =>
  ({ kind: 'local', model: 'm', contextTokens: 16_384, parallel: 4, backend, ...changes }) as unknown as Engine
const record = (changes: object = {}) =>
  JSON.stringify({
    schemaVersion: 1,
    pid: process.pid,
    start: processStart(process.pid),
    model: 'm',
    backend: 'cpu',
    contextTokens: 1,
    parallel: 1,
    since: '2026-01-01T00:00:00.000Z',
    ...changes,
  })

describe('what is loaded', () => {
  it('is told while the model is open, to its owner only, and no longer', async () => {
    const path = folder()
    const forget = await recordEngine(engine(), path)
    expect(statSync(join(path, `${process.pid}.json`)).mode & 0o777).toBe(0o600)
    expect(await listLoaded(path)).toEqual([
      {
        pid: process.pid,
        model: 'm',
        backend: 'cuda, NVIDIA X, llama 1',
        contextTokens: 16_384,
        parallel: 4,
        since: expect.any(String),
        memoryBytes: null,
      },
    ])
    await forget()
    await forget()
    expect([await listLoaded(path), readdirSync(path)]).toEqual([[], []])
  })

  it('may be several models of one process', async () => {
    const path = folder()
    const [one, two] = [await recordEngine(engine(), path), await recordEngine(engine({ model: 'n', backend: undefined }), path)]
    expect((await listLoaded(path)).map(({ model, backend: on }) => [model, on])).toEqual([
      ['m', 'cuda, NVIDIA X, llama 1'],
      ['n', 'unknown'],
    ])
    await one()
    expect((await listLoaded(path)).map(({ model }) => model)).toEqual(['n'])
    await two()
  })

  it('does not count what a process left that is gone, whoever has its number now', async () => {
    const path = folder()
    mkdirSync(path)
    writeFileSync(join(path, '1.json'), record({ start: 'another' }))
    writeFileSync(join(path, '999999999.json'), record({ pid: 999_999_999 }))
    expect(await listLoaded(path)).toEqual([])
    expect(readdirSync(path)).toEqual([])
  })

  it('passes over what is no note of ours, and leaves it', async () => {
    const path = folder()
    mkdirSync(path)
    const texts = { '1.json': 'x', '2.json': '{}', '3.json': record({ parallel: -1 }), 'notes.txt': 'mine', '../outside.json': record() }
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(path, name), text)
    expect(await listLoaded(path)).toEqual([])
    expect(readdirSync(path)).toHaveLength(4)
  })

  it('is nothing where no model is on this machine, or nothing can be written', async () => {
    const path = folder()
    await (await recordEngine(engine({ kind: 'endpoint' }), path))()
    expect(await listLoaded(path)).toEqual([])
    writeFileSync(path, 'a file')
    await (await recordEngine(engine(), path))()
    expect(readFileSync(path, 'utf8')).toBe('a file')
  })
})

describe('processStart', () => {
  it('tells a process from another one', () => {
    expect(processStart(process.pid)).toBe(processStart(process.pid))
    expect(processStart(process.pid)).not.toBe(processStart(process.ppid))
    expect(processStart(999_999_999)).toBeNull()
  })

  it('says that it lives where that is all that can be known', () => {
    expect(processStart(process.pid, '/nowhere')).toBe('unknown')
  })
})
