import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { openMemory } from '../../src/memory/sqlite.ts'

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-memory-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'projects', 'a', 'memory.db')
}

const limits = { maxAge: 1000, maxBytes: 100 }

describe('openMemory', () => {
  it('returns what was stored, also to the next process', () => {
    const path = place()
    const first = openMemory({ path, ...limits })
    first.remember('a', 'one')
    first.remember('a', 'two')
    first.close()
    const second = openMemory({ path, ...limits })
    expect([second.recall('a'), second.recall('b')]).toEqual(['two', undefined])
    second.close()
  })

  it('forgets what is too old', () => {
    let now = 0
    const memory = openMemory({ path: place(), ...limits, now: () => now })
    memory.remember('a', 'one')
    now = 900
    expect(memory.recall('a')).toBe('one')
    now = 1800
    expect(memory.recall('a')).toBe('one')
    now = 2801
    expect(memory.recall('a')).toBeUndefined()
    memory.close()
  })

  it('keeps to its size: the least recently used goes first', () => {
    const path = place()
    let now = 0
    const memory = openMemory({ path, ...limits, now: () => now })
    for (const key of ['a', 'b', 'c']) {
      now++
      memory.remember(key, key.repeat(40))
    }
    now++
    memory.recall('a')
    memory.close()
    const again = openMemory({ path, ...limits, now: () => now })
    expect(['a', 'b', 'c'].map((key) => again.recall(key) !== undefined)).toEqual([true, false, true])
    again.close()
  })

  it('sets a damaged file aside, says so, and begins anew', () => {
    const path = place()
    openMemory({ path, ...limits }).close()
    writeFileSync(path, 'this is no database, and long enough to be taken for a damaged one'.repeat(100))
    const told: string[] = []
    const memory = openMemory({ path, ...limits, onDamage: (message) => told.push(message) })
    memory.remember('a', 'one')
    expect(memory.recall('a')).toBe('one')
    memory.close()
    expect(told).toEqual([expect.stringContaining('was damaged')])
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('.damaged-'))).toHaveLength(1)
  })

  it('sets a file aside whose damage only shows later, so that the next run begins anew', () => {
    const path = place()
    const first = openMemory({ path, maxAge: 1e9, maxBytes: 1e9 })
    for (let unit = 0; unit < 200; unit++) first.remember(`unit ${unit}`, 'x'.repeat(500))
    first.close()
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0xee, 4096 * 4))
    const second = openMemory({ path, maxAge: 1e9, maxBytes: 1e9 })
    second.close()
    const third = openMemory({ path, maxAge: 1e9, maxBytes: 1e9 })
    third.remember('a', 'one')
    expect(third.recall('a')).toBe('one')
    third.close()
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('.damaged-'))).toHaveLength(1)
  })

  it('refuses a database that a newer program wrote, and leaves it as it is', () => {
    const path = place()
    openMemory({ path, ...limits }).close()
    const database = new Database(path)
    database.pragma('user_version = 99')
    database.close()
    expect(() => openMemory({ path, ...limits })).toThrow(/newer version of agent/)
    expect(existsSync(path)).toBe(true)
  })

  it('keeps the reports of the last runs', () => {
    const path = place()
    const memory = openMemory({ path, ...limits })
    for (let run = 0; run < 205; run++) memory.recordRun({ task: 'review', summary: `run ${run}` } as unknown as Report)
    memory.close()
    const database = new Database(path)
    expect(database.prepare('select count(*) as runs from runs').get()).toEqual({ runs: 200 })
    database.close()
  })
})
