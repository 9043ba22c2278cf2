import { createHash } from 'node:crypto'
import { plural } from './plural.ts'
import type { Notice } from './report.ts'

/** One part of a run that several machines share; `index` is 1-based. */
export interface Shard {
  index: number
  count: number
}

/** Whether a file belongs to a shard. It depends on the path alone, so every machine draws the same line. */
export function isInShard(path: string, { index, count }: Shard): boolean {
  return createHash('sha256').update(path).digest().readUInt32BE(0) % count === index - 1
}

const notice = /^This is shard ([1-9]\d{0,5}) of ([1-9]\d{0,5})(?:, with ([\d,]{1,9}) questions? for the model)?\.$/

/** What the report of a shard says of itself, so that nobody takes it for the whole and `agent merge` knows what belongs together. */
export function shardNotice({ index, count }: Shard, questions: number): Notice {
  const asked = questions === 0 ? '' : `, with ${plural(questions, 'question')} for the model`
  return {
    code: 'SHARD',
    message: `This is shard ${index} of ${count}${asked}.`,
    hint: 'Put the reports of all shards together with `agent merge`.',
  }
}

/** Which shard a report says that it is of; null for one that is of a whole run. */
export function shardOf(notices: readonly Notice[]): (Shard & { questions: number }) | null {
  for (const { code, message } of notices) {
    const [, index, count, questions = '0'] = (code === 'SHARD' && notice.exec(message)) || []
    if (index === undefined || count === undefined || Number(index) > Number(count)) continue
    return { index: Number(index), count: Number(count), questions: Number(questions.replaceAll(',', '')) }
  }
  return null
}
