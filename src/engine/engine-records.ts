import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { processStart } from '../system/process-start.ts'
import { privateMemoryOf, processTree } from '../system/process-tree.ts'
import type { Engine } from './engine.ts'

const recordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  pid: z.int().positive().describe('Of the program that has the model open; the model itself is in a process below it'),
  start: z.string().describe('When that process began, as the system says it: a number of a process is given again'),
  model: z.string(),
  backend: z.string(),
  contextTokens: z.int().nonnegative(),
  parallel: z.int().positive(),
  since: z.iso.datetime(),
})

/** A model that is loaded now. */
export interface LoadedModel extends Omit<z.infer<typeof recordSchema>, 'schemaVersion' | 'start'> {
  /** What the processes below take for themselves; null where the system does not say. */
  memoryBytes: number | null
}

/** More would be an attack or an accident. */
const mostRecords = 256
const mostProcesses = 64
const mostOfOne = 8

/** Notes down that this process has a model open; returns how to take the note away. A run is no worse for not being listed. */
export async function recordEngine(engine: Engine, folder: string): Promise<() => Promise<void>> {
  const start = processStart(process.pid)
  if (engine.kind !== 'local' || start === null) return async () => {}
  const { model, contextTokens, parallel } = engine
  const record = { schemaVersion: 1, pid: process.pid, start, model, backend: backendOf(engine), contextTokens, parallel }
  const path = await writeNew(folder, `${JSON.stringify({ ...record, since: new Date().toISOString() })}\n`).catch(() => null)
  return async () => {
    if (path !== null) await rm(path, { force: true }).catch(() => {})
  }
}

/** A process may have several models open, one note each. What an earlier process of its number left is taken away first. */
async function writeNew(folder: string, text: string): Promise<string | null> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await listLoaded(folder)
  for (let index = 0; index < mostOfOne; index++) {
    const path = join(folder, `${process.pid}${index === 0 ? '' : `-${index}`}.json`)
    const isWritten = await writeFile(path, text, { mode: 0o600, flag: 'wx' }).then(
      () => true,
      () => false,
    )
    if (isWritten) return path
  }
  return null
}

/** What is loaded now, by the notes of those who loaded it. Notes of processes that are gone are taken away. */
export async function listLoaded(folder: string): Promise<LoadedModel[]> {
  const names = await readdir(folder).catch(() => [])
  const paths = names
    .filter((name) => /^\d{1,10}(?:-\d)?\.json$/.test(name))
    .slice(0, mostRecords)
    .map((name) => join(folder, name))
  const found = await Promise.all(paths.map(readRecord))
  return found.filter((record) => record !== null).toSorted((a, b) => a.since.localeCompare(b.since) || a.pid - b.pid)
}

async function readRecord(path: string): Promise<LoadedModel | null> {
  const record = recordSchema.safeParse(parseJson(await readFile(path, 'utf8').catch(() => ''))).data
  if (record === undefined) return null
  const { schemaVersion: _, start, ...told } = record
  if (processStart(record.pid) === start) return { ...told, memoryBytes: memoryBelow(record.pid) }
  await rm(path, { force: true }).catch(() => {})
  return null
}

function memoryBelow(pid: number): number | null {
  const [, ...below] = processTree(pid, mostProcesses)
  const bytes = below.reduce((sum, each) => sum + privateMemoryOf(each), 0)
  return bytes > 0 ? bytes : null
}

/** Local engines say what they compute on; what kinds of them there are is their business. */
function backendOf(engine: Engine): string {
  const named = z
    .object({ backend: z.object({ name: z.string(), devices: z.array(z.string()), library: z.string() }) })
    .safeParse(engine).data
  return named === undefined ? 'unknown' : [named.backend.name, ...named.backend.devices, named.backend.library].join(', ')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
