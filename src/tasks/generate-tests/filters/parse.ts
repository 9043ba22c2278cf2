import { problemsOf } from '../../../syntax/problems-of.ts'
import { rejected } from '../trial.ts'
import { byText } from './filter.ts'

/** The file follows its grammar at least as well as before. */
export const parses = byText('parse', async ({ candidate: { text, placement } }) => {
  const [now, old] = await Promise.all([problemsOf(text, placement.path), problemsOf(placement.text ?? '', placement.path)])
  if (now === null || now.length <= (old?.length ?? 0)) return null
  const known = new Set(old?.map(({ message }) => message))
  const problem = now.find(({ message }) => !known.has(message)) ?? now[0]
  const line = text.split('\n')[(problem?.line ?? 1) - 1] ?? ''
  return rejected(
    'parse',
    `It does not parse: ${problem?.message ?? 'nothing is known about where.'}`,
    `The test does not parse, at this line:\n${line.trim().slice(0, 200)}\n${problem?.message ?? ''}`,
  )
})
