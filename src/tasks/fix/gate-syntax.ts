import { problemsOf } from '../../syntax/problems-of.ts'
import type { Edit, Refused } from './edit.ts'

/** The file follows its grammar at least as well as before. */
export async function gateSyntax({ path, before, after }: Edit): Promise<Refused | null> {
  const [old, now] = await Promise.all([problemsOf(before, path), problemsOf(after, path)])
  if (now === null || now.length <= (old?.length ?? 0)) return null
  const known = new Set(old?.map(({ message }) => message))
  const problem = now.find(({ message }) => !known.has(message)) ?? now[0]
  return { gate: 'syntax', reason: `The file does not parse any more, line ${problem?.line ?? 1}: ${problem?.message ?? ''}` }
}
