import { createHash } from 'node:crypto'

/** One part of a run that several machines share; `index` is 1-based. */
export interface Shard {
  index: number
  count: number
}

/** Whether a file belongs to a shard. It depends on the path alone, so every machine draws the same line. */
export function isInShard(path: string, { index, count }: Shard): boolean {
  return createHash('sha256').update(path).digest().readUInt32BE(0) % count === index - 1
}
