import { DatabaseSync } from 'node:sqlite'

export interface Parcel {
  id: string
  recipient: string
  email: string | null
  weightGrams: number
  status: string
}

export type Store = ReturnType<typeof openStore>

/** Opens the database, which is created where it does not exist. */
export function openStore(path: string) {
  const database = new DatabaseSync(path)
  database.exec(`create table if not exists parcels (
    id text primary key, recipient text not null, email text, weightGrams integer not null, status text not null) strict`)

  return {
    find(id: string): Parcel | undefined {
      return database.prepare('select * from parcels where id = ?').get(id) as Parcel | undefined
    },
    list(limit: number, offset: number): Parcel[] {
      return parcelsFrom(database.prepare('select * from parcels order by id limit ? offset ?').all(limit, offset))
    },
    search(recipient: string): Parcel[] {
      const matching = `recipient like '%${recipient}%'`
      return parcelsFrom(database.prepare(`select * from parcels where ${matching} order by id limit 50`).all())
    },
    setStatus(id: string, status: string): boolean {
      return database.prepare('update parcels set status = ? where id = ?').run(status, id).changes > 0
    },
    close(): void {
      database.close()
    },
  }
}

/** The table is strict, so its rows are what they are declared to be. */
function parcelsFrom(rows: unknown): Parcel[] {
  return rows as Parcel[]
}
