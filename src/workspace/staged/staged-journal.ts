import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { type JournalName, journalFolder } from '../transaction/journal.ts'
import type { TransactionPlace } from '../transaction.ts'

const recordSchema = z.strictObject({
  version: z.literal(1),
  indexes: z.array(z.string()).min(1).describe('The index that is changed, and the one that follows it'),
  patches: z.string().describe('Folder of the patches of this run alone'),
  after: z
    .array(z.strictObject({ path: z.string(), mode: z.string(), id: z.string() }))
    .describe('What the first index holds when the run is done; nothing before that is known'),
})

/** What recovery has to know of a run besides the journal of its working files, which lies in the same folder. */
export type StagedRecord = z.infer<typeof recordSchema>

const recordFile = 'staged.json'

/** Where runs that change the index keep their journals; the name is none of a run of the other kind. */
export const stagedFolder = ({ folder }: TransactionPlace): string => join(folder, 'staged')

/** Written before an index is locked, and again when it is known what the index will hold; in between, there is always a whole one. */
export async function writeRecord(path: string, record: StagedRecord): Promise<void> {
  const draft = join(path, `${recordFile}.part`)
  await writeFile(draft, JSON.stringify(record), { mode: 0o600, flush: true })
  await rename(draft, join(path, recordFile))
}

/** Throws `JOURNAL_UNUSABLE` where it is not whole. */
export async function readRecord(folder: string, name: JournalName): Promise<StagedRecord> {
  const path = journalFolder(folder, name)
  try {
    return recordSchema.parse(JSON.parse(await readFile(join(path, recordFile), 'utf8')))
  } catch (cause) {
    throw new AppError('JOURNAL_UNUSABLE', `The journal of a run cannot be used: ${path}.`, {
      cause,
      hint: 'Look at your working tree with `git status`, then remove that folder.',
    })
  }
}
