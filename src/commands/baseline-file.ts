import { readFile } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { type Baseline, baselineSchema } from '../domain/baseline.ts'
import { AppError } from '../domain/errors.ts'
import type { TrustedFiles } from './trusted-files.ts'

/** Where the team's baseline lives, relative to the repository's root. */
export const defaultBaseline = '.agent/baseline.json'

/** The findings that are accepted: of the file that `--baseline` names, else of the team's own; null for `none` or where there is none. */
export async function readBaseline(
  flag: string | undefined,
  { read, root, directory }: Pick<TrustedFiles, 'read'> & { root: string; directory: string },
): Promise<Baseline | null> {
  if (flag === 'none') return null
  const path = flag ?? defaultBaseline
  // What the user names is theirs: beside them, and outside of the repository too.
  const inside = flag === undefined ? path : relative(root, resolve(directory, flag)).split(sep).join('/')
  const isOutside = inside.startsWith('../') || isAbsolute(inside)
  const text = isOutside ? await readFile(resolve(directory, path), 'utf8').catch(() => null) : await read(inside)
  if (text !== null) return parseBaseline(text, path)
  if (flag === undefined) return null
  throw new AppError('BASELINE_INVALID', `There is no baseline ${path}.`, {
    hint: 'Create it with `agent baseline create`, or pass --baseline none.',
  })
}

/** Reads a baseline, and says what is wrong with it where it is none. */
export function parseBaseline(text: string, path: string): Baseline {
  const value = jsonOf(text)
  const parsed = baselineSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const reason = value === undefined ? 'it is not valid JSON' : (parsed.error.issues[0]?.message ?? '')
  throw new AppError('BASELINE_INVALID', `${path} is not a baseline: ${reason}.`, {
    hint: 'Remove it, and create it anew with `agent baseline create`.',
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
