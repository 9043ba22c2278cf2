import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { isMissing, isShortestPath } from './locations.ts'

const sideSchema = z.strictObject({
  mode: z.int().min(0).max(0o777).describe('Permissions'),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('SHA-256 of the bytes, and the name of the file beside the journal that holds them'),
})

const pathSchema = z.string().refine(isShortestPath, 'not a path inside the tree')

const entrySchema = z.strictObject({ path: pathSchema, before: sideSchema.nullable(), after: sideSchema.nullable() })

const journalSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^\d{8}-[0-9a-f]{8}$/),
  root: z.string().describe('The tree that was changed'),
  undoes: z.string().nullable().describe('The run that this one takes back'),
  at: z.iso.datetime(),
  entries: z.array(entrySchema).min(1),
  folders: z.strictObject({
    made: z.array(pathSchema).describe('The outermost first'),
    removed: z.array(pathSchema).describe('The innermost first'),
  }),
})

/** One side of a changed file. */
export type FileSide = z.infer<typeof sideSchema>
export type JournalEntry = z.infer<typeof entrySchema>
/** Everything that is needed to finish a run, or to take it back, without the copy that it was made in. */
export type Journal = z.infer<typeof journalSchema>

/**
 * How far a run is, as the ending of its folder's name: being written down; being carried out; done; taken back; only in part, since
 * the user had changed a file; not readable.
 */
export type JournalState = 'draft' | 'pending' | 'applied' | 'undone' | 'partial' | 'damaged'

export interface JournalName {
  id: string
  state: JournalState
}

const journalFile = 'journal.json'
const namePattern = /^(?<id>\d{8}-[0-9a-f]{8})\.(?<state>draft|pending|applied|undone|partial|damaged)$/

export const journalFolder = (folder: string, { id, state }: JournalName): string => join(folder, `${id}.${state}`)

/** The journals among the names in a folder, the oldest first. */
export function journalNames(names: readonly string[]): JournalName[] {
  return names.toSorted().flatMap((name) => {
    const { id, state } = namePattern.exec(name)?.groups ?? {}
    return id && state ? [{ id, state: state as JournalState }] : []
  })
}

/** What is in the folder of the journals; nothing where there is none yet. */
export async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
}

/** Moves a run on to its next state, in one step that a crash cannot divide. */
export async function markJournal(folder: string, name: JournalName, state: JournalState): Promise<void> {
  await rename(journalFolder(folder, name), journalFolder(folder, { ...name, state }))
  await syncFolder(folder)
}

/** Forgets a run. */
export async function removeJournal(folder: string, name: JournalName): Promise<void> {
  await rm(journalFolder(folder, name), { recursive: true, force: true })
}

/** Writes the journal beside the bytes it speaks of; it counts only once its folder is marked. */
export async function writeJournal(folder: string, journal: Journal): Promise<void> {
  const path = journalFolder(folder, { id: journal.id, state: 'draft' })
  await writeSynced(join(path, journalFile), Buffer.from(JSON.stringify(journal)))
  await syncFolder(path)
}

/** Throws `JOURNAL_UNUSABLE` where it is not whole, or is about another tree. */
export async function readJournal(folder: string, name: JournalName, root: string): Promise<Journal> {
  const path = journalFolder(folder, name)
  try {
    const journal = journalSchema.parse(JSON.parse(await readFile(join(path, journalFile), 'utf8')))
    if (journal.root !== root) throw new Error(`it is about ${journal.root}`)
    if (journal.id !== name.id) throw new Error(`it is about the run ${journal.id}`)
    for (const { before, after } of journal.entries) for (const side of [before, after]) if (side) await readBytes(path, side)
    return journal
  } catch (cause) {
    throw new AppError('JOURNAL_UNUSABLE', `The journal of a run cannot be used: ${path}.`, {
      cause,
      hint: 'Look at your working tree with `git status`, then remove that folder.',
    })
  }
}

/** The bytes of one side, which are what they were when they were written. */
export async function readBytes(path: string, { digest }: FileSide): Promise<Buffer> {
  const bytes = await readFile(join(path, digest))
  if (digestOf(bytes) !== digest) throw new Error(`${digest} has other bytes`)
  return bytes
}

/** Keeps bytes beside a journal and returns their name. */
export async function keepBytes(path: string, bytes: Buffer): Promise<string> {
  const digest = digestOf(bytes)
  await writeSynced(join(path, digest), bytes)
  return digest
}

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  await using file: FileHandle = await open(path, 'w', 0o600)
  await file.writeFile(bytes)
  await file.sync()
}

/** Makes the names in a folder outlive a power cut, where the system can. */
export async function syncFolder(path: string | Buffer): Promise<void> {
  try {
    await using folder = await open(path, 'r')
    await folder.sync()
  } catch {
    // Some systems open no folders, and a folder may be gone by now; the bytes themselves are safe.
  }
}

/** The same change the other way round. */
export function inverted(journal: Journal): Journal {
  return {
    ...journal,
    entries: journal.entries.map(({ path, before, after }) => ({ path, before: after, after: before })),
    folders: { made: journal.folders.removed.toReversed(), removed: journal.folders.made.toReversed() },
  }
}
