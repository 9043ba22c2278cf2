import type Database from 'better-sqlite3'
import { AppError } from '../domain/errors.ts'

/** Append only: the position in this list is the schema version. A released line is never edited. */
const migrations: readonly string[] = [
  `create table units (
     key text primary key, value text not null, bytes integer not null, used_at integer not null
   ) strict, without rowid;
   create index units_by_use on units (used_at)`,
  `create table runs (
     id integer primary key, task text not null, report text not null, created_at integer not null
   ) strict`,
]

/** Brings a database to the newest schema in one transaction; one that a newer program wrote is refused. */
export function migrate(database: Database.Database): void {
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version > migrations.length) {
    throw new AppError(
      'MEMORY_UNUSABLE',
      `${database.name} was written by a newer version of agent (schema ${version}, known: ${migrations.length}).`,
      {
        hint: 'Update agent, or remove the file to start with an empty memory.',
      },
    )
  }
  if (version === migrations.length) return
  database
    .transaction(() => {
      for (const sql of migrations.slice(version)) database.exec(sql)
      database.pragma(`user_version = ${migrations.length}`)
    })
    .exclusive()
}
