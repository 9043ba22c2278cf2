import { mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Finding } from '../domain/finding.ts'
import { type Report, reportSchema } from '../domain/report.ts'
import type { Memory } from './memory.ts'
import { migrate } from './migrations.ts'

interface SqliteOptions {
  /** Absolute path of the database file; its folder is made where it is missing. */
  path: string
  /** Cached results older than this, in milliseconds, are not returned. */
  maxAge: number
  /** Bytes that cached results may take together; the least recently used go first. */
  maxBytes: number
  now?: () => number
  /** Told once when a damaged file was set aside. */
  onDamage?: (message: string) => void
}

const keptRuns = 200

/** Opens what is kept about a project. A damaged file is set aside and a new one is begun. */
export function openMemory(options: SqliteOptions): Memory {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 })
  return memoryOn(openDatabase(options), options)
}

function openDatabase({ path, onDamage = () => {} }: SqliteOptions): Database.Database {
  try {
    return prepared(path)
  } catch (error) {
    if (!isDamage(error)) throw error
    onDamage(`${path} was damaged and is now ${setAside(path)}; a new one was begun.`)
    return prepared(path)
  }
}

function setAside(path: string): string {
  const aside = `${path}.damaged-${Date.now()}`
  renameSync(path, aside)
  return aside
}

function prepared(path: string): Database.Database {
  const database = new Database(path, { timeout: 5000 })
  try {
    database.pragma('journal_mode = wal')
    // A cached result may be asked for again, so losing the last ones to a power cut is cheaper than a sync for each.
    database.pragma('synchronous = normal')
    database.pragma('temp_store = memory')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code))
}

function memoryOn(database: Database.Database, { maxAge, maxBytes, now = Date.now }: SqliteOptions): Memory {
  const find = database.prepare<[string, number], { value: string }>('select value from units where key = ? and used_at >= ?')
  const touch = database.prepare('update units set used_at = ? where key = ?')
  const store = database.prepare('insert or replace into units (key, value, bytes, used_at) values (?, ?, ?, ?)')

  return {
    recall(key) {
      const value = find.get(key, now() - maxAge)?.value
      if (value !== undefined) touch.run(now(), key)
      return value
    },
    remember(key, value) {
      store.run(key, value, Buffer.byteLength(value), now())
    },
    recordRun(report: Report) {
      database.prepare('insert into runs (task, report, created_at) values (?, ?, ?)').run(report.task, JSON.stringify(report), now())
      database.prepare('delete from runs where id <= (select max(id) from runs) - ?').run(keptRuns)
    },
    findFinding: (id) => findFinding(database, id),
    close() {
      let isDamaged = false
      try {
        prune(database, { maxBytes, oldest: now() - maxAge })
      } catch (error) {
        // A damaged page shows when it is read. Looking for one at every start would read the whole file.
        if (!isDamage(error)) throw error
        isDamaged = true
      } finally {
        database.close()
      }
      if (isDamaged) setAside(database.name)
    },
  }
}

function findFinding(database: Database.Database, id: string): Finding | null {
  const runs = database.prepare<[string], { report: string }>('select report from runs where instr(report, ?) > 0 order by id desc')
  for (const { report } of runs.iterate(id)) {
    const found = reportSchema
      .safeParse(JSON.parse(report))
      .data?.findings.find((finding) => finding.id === id || finding.fingerprint === id)
    if (found) return found
  }
  return null
}

/** Keeps the file within its limits: what is too old goes, then the least recently used. */
function prune(database: Database.Database, { maxBytes, oldest }: { maxBytes: number; oldest: number }): void {
  database.prepare('delete from units where used_at < ?').run(oldest)
  const total = database.prepare<[], { bytes: number | null }>('select sum(bytes) as bytes from units').get()?.bytes ?? 0
  if (total <= maxBytes) return
  database
    .prepare(
      `delete from units where key in (
         select key from (select key, sum(bytes) over (order by used_at desc, key) as running from units) where running > ?)`,
    )
    .run(maxBytes)
}
