import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { maskSecrets } from '../../domain/mask.ts'
import { reportSchema } from '../../domain/report.ts'
import type { Memory } from '../../memory/memory.ts'
import { type BatchUnit, contentOf } from './list-units.ts'
import { isWhole, type UnitReport } from './batch-task.ts'
import type { TaskSession } from '../task-session.ts'

const appliedSchema = z.array(z.strictObject({ path: z.string(), digest: z.string().nullable() }))

const recordSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('begun'), before: z.string(), applied: z.array(appliedSchema) }),
  z.strictObject({
    state: z.literal('ended'),
    after: z.string(),
    report: reportSchema,
    patch: z.base64(),
    questions: z.int().nonnegative(),
  }),
])

/** What an application was about to leave: each file with the digest of its bytes, null where it was to be gone. */
export type Applied = z.infer<typeof appliedSchema>

/** What one unit has come to, and how many questions were planned for it. */
export interface UnitResult extends UnitReport {
  questions: number
}

/** What is known of the units of a batch; everything is on the disk when a call returns. */
export interface UnitStore {
  /** The result of a unit that has ended, and whose files are as it left them. */
  recall(unit: BatchUnit): Promise<UnitResult | null>
  /** What a unit has applied that began and did not end, the last application last. */
  unfinished(unit: BatchUnit): readonly Applied[]
  begin(unit: BatchUnit): Promise<void>
  /** To be called right before the user's files change. */
  willApply(unit: BatchUnit, applied: Applied): void
  end(unit: BatchUnit, result: UnitResult): Promise<void>
  /** Every unit has ended: what comes next is another batch. */
  finish(): void
}

interface StoreOptions {
  session: TaskSession
  memory: Memory
  /** Everything that all results depend on: task, flags, configuration, model, version. */
  identity: string
  /**
   * Null for a task that changes files: then the tree is another one after each unit, and results hold until the whole batch has ended.
   * Otherwise the state of the whole repository, since linters and tests look at more than one file.
   */
  tree: string | null
}

/** Remembers how far each unit is. */
export function openUnitStore({ session, memory, identity, tree }: StoreOptions): UnitStore {
  const runKey = digest(['batch', identity])
  const run = tree ?? startedRun(memory, runKey)
  const keyOf = ({ name, paths }: BatchUnit) => digest(['batch unit', identity, run, name, paths])
  const read = (unit: BatchUnit) => {
    const text = memory.recall(keyOf(unit))
    return text === undefined ? undefined : recordSchema.safeParse(JSON.parse(text)).data
  }
  const write = (unit: BatchUnit, record: z.infer<typeof recordSchema>) => memory.remember(keyOf(unit), JSON.stringify(record))
  const begun = new Map<string, { state: 'begun'; before: string; applied: Applied[] }>()

  return {
    async recall(unit) {
      const record = read(unit)
      if (record?.state !== 'ended' || record.after !== (await contentOf(unit, session))) return null
      return { report: record.report, patch: Buffer.from(record.patch, 'base64'), questions: record.questions }
    },
    unfinished(unit) {
      const record = read(unit)
      return record?.state === 'begun' ? record.applied : []
    },
    async begin(unit) {
      const record = { state: 'begun', before: await contentOf(unit, session), applied: [] } as const
      begun.set(unit.name, { ...record, applied: [] })
      if (tree === null) write(unit, { ...record, applied: [] })
    },
    willApply(unit, applied) {
      const record = begun.get(unit.name)
      if (!record) return
      record.applied.push(applied)
      write(unit, record)
    },
    async end(unit, { report, patch, questions }) {
      const after = await contentOf(unit, session)
      // Read while somebody changed it: nobody knows which of both it is about.
      const isOfThis = tree === null || begun.get(unit.name)?.before === after
      begun.delete(unit.name)
      if (isOfThis && isWhole(report) && !holdsSecrets(report))
        write(unit, { state: 'ended', after, report, patch: Buffer.from(patch).toString('base64'), questions })
    },
    finish() {
      if (tree === null) memory.remember(runKey, '')
    },
  }
}

/** The batch that was stopped, or a new one. */
function startedRun(memory: Memory, key: string): string {
  const known = memory.recall(key)
  if (known) return known
  const run = randomUUID()
  memory.remember(key, run)
  return run
}

/** Secrets are not written to the disk: such a file is looked at again. */
const holdsSecrets = (report: UnitReport['report']) => JSON.stringify(maskSecrets(report)) !== JSON.stringify(report)

export function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
